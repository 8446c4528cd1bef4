public import SearchSpaces
import Statistics

/// Retrains what an earlier run has found, each configuration with fresh seeds, on this run's task.
///
/// The arms are the Pareto front of score and deployed parameters among the earlier run's trials (or
/// its `top` best) and the references. Block s trains all of them under the training noise s, so
/// that any two can be compared in pairs. No score decides anything: an answer depends on the earlier
/// run alone.
///
/// Reference: Zhou et al., "AutoPEFT", TACL 2024, arXiv 2301.12132 (AutoPEFT_RTE: configurations
/// found on RTE are retrained on the other tasks).
public struct TransferStrategy: WarmStartable {
  public static let name = "transfer"
  public static let summary =
    "Retrains the front of an earlier run, each configuration with fresh seeds; needs --from."
  public static let needsEarlierRun = true
  public static let references = ["Zhou et al., TACL 2024, arXiv 2301.12132"]
  public static let settings = [
    ParameterSchema(
      "seeds", .integer(2...1_000), default: .integer(5),
      "Trainings of each configuration; two is the least that shows a spread."),
    ParameterSchema(
      "top", .integer(0...10_000), default: .integer(0),
      "Take the N best by score; 0 takes the Pareto front of score and deployed parameters, "
        + "because the other task may want another size."),
  ]

  /// The name of the contrast in trials and reports.
  public static let contrast = "configuration"

  private let space: SearchSpace
  private let seeds: Int
  private let top: Int
  private var runs: [EarlierRun] = []

  public init(
    space: SearchSpace, seed: UInt64, settings: StrategySettings, plannedTrials: Int?
  ) {
    self.space = space
    seeds = settings.integer("seeds")
    top = settings.integer("top")
  }

  public func warmed(by runs: [EarlierRun]) -> Self {
    var copy = self
    copy.runs = runs
    return copy
  }

  public var plan: StrategyPlan? {
    StrategyPlan(stages: [
      StrategyPlan.Stage("configurations and references", arms: arms.count, blocks: seeds)
    ])
  }

  public func ask(count: Int, history: [Trial]) throws(StrategyError) -> [Proposal] {
    let known = Set(history.map(\.trainingIdentity))
    let arms = arms
    let proposals = (1...seeds).lazy.flatMap { seed in arms.lazy.map { $0.proposal(seed: seed) } }
    return Array(proposals.filter { !known.contains($0.trainingIdentity) }.prefix(count))
  }

  /// The rank correlation of the earlier scores with the means here; it weighs nothing.
  public func agreements(history: [Trial]) throws(StrategyError) -> [EarlierAgreement] {
    let scores = DesignResults(history).scores(of: Self.contrast)
    return runs.map { run in
      let pairs = chosen(of: run).compactMap { observation -> (Double, Double)? in
        let own = scores.scores(of: label(observation, of: run))
        return own.isEmpty ? nil : (observation.score, SampleSummary.mean(own))
      }
      return EarlierAgreement(
        run: run.name, taken: run.observations.count, dropped: run.dropped,
        compared: pairs.count,
        rankCorrelation: RankCorrelation.spearman(pairs.map(\.0), pairs.map(\.1)), weight: 0)
    }
  }

  /// The score that each configuration had in the earlier run, by its level in the contrast.
  public var earlierScores: [String: Double] {
    let pairs = runs.flatMap { run in
      chosen(of: run).map { (label($0, of: run), $0.score) }
    }
    return Dictionary(pairs) { first, _ in first }
  }

  /// Whether a level of the contrast is one of the references.
  public static func isReference(_ level: String) -> Bool { level.hasPrefix(referencePrefix) }

  // MARK: Arms

  private static let referencePrefix = "reference "

  /// A configuration with the names that it goes by.
  private struct Arm {
    var levels: [String]
    let candidate: Candidate
    let isReference: Bool

    func proposal(seed: Int) -> Proposal {
      let cell = DesignCell(
        arms: levels.map { DesignArm(TransferStrategy.contrast, $0) }, block: seed)
      return isReference
        ? Proposal(controlFrom: candidate, design: cell)
        : Proposal(candidate: candidate, origin: .initial, design: cell)
    }
  }

  /// Front first, from the smallest; a configuration that is there twice is one arm.
  private var arms: [Arm] {
    var arms: [Arm] = []
    func add(_ level: String, _ candidate: Candidate, isReference: Bool) {
      let same = arms.firstIndex {
        $0.candidate.configuration.identity == candidate.configuration.identity
      }
      if let same {
        arms[same].levels.append(level)
      } else {
        arms.append(Arm(levels: [level], candidate: candidate, isReference: isReference))
      }
    }
    for run in runs {
      for observation in chosen(of: run) {
        // What does not exist in this space was left out when the run was taken.
        guard let candidate = try? space.candidate(at: observation.point) else { continue }
        add(label(observation, of: run), candidate, isReference: false)
      }
    }
    guard !arms.isEmpty else { return [] }
    for reference in space.references() {
      let candidate = Candidate(
        point: [:], configuration: reference, costs: space.costs(of: reference))
      add(Self.referenceLevel(reference), candidate, isReference: true)
    }
    return arms
  }

  /// The level of a reference: `reference lora`, `reference head only`.
  private static func referenceLevel(_ configuration: PEFTConfiguration) -> String {
    let methods = configuration.groups.flatMap(\.methods).map(\.name)
    return referencePrefix + (methods.isEmpty ? "head only" : methods.joined(separator: " + "))
  }

  private func label(_ observation: EarlierRun.Observation, of run: EarlierRun) -> String {
    let trial = "trial " + (observation.trial.map(String.init) ?? "without number")
    return runs.count > 1 ? "\(run.name) \(trial)" : trial
  }

  /// The observations to retrain: of equal scores the smaller, then the earlier one.
  private func chosen(of run: EarlierRun) -> [EarlierRun.Observation] {
    let sized = run.observations.map { observation in
      (observation, size: (try? space.candidate(at: observation.point))?.costs.parameters.deployed)
    }
    let ranked = sized.compactMap { item in item.size.map { (item.0, size: $0) } }
      .sorted { a, b in
        if a.0.score != b.0.score { return a.0.score > b.0.score }
        return a.size != b.size ? a.size < b.size : (a.0.trial ?? 0) < (b.0.trial ?? 0)
      }
    guard top == 0 else { return ranked.prefix(top).map(\.0) }
    var front: [EarlierRun.Observation] = []
    var smallest = Int.max
    for item in ranked where item.size < smallest {
      smallest = item.size
      front.append(item.0)
    }
    return front.reversed()
  }
}
