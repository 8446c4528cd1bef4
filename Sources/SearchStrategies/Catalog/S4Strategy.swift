import LinearAlgebra
public import SearchSpaces
import Statistics
import Synchronization

/// The progressive design-space discovery of S4: one decision after the other, by the mean score of
/// random designs.
///
/// Stages, each over `models-per-space` blocks of common random numbers:
/// - S0 `baseline`: everything random;
/// - S1 `grouping`: the patterns of layer groups;
/// - controls (not in the paper): one pattern again under fresh noise, and with its layers shuffled;
/// - S2 `allocation`: how the parameters are spread over the layers;
/// - S3 `tuned groups`: which groups are tuned;
/// - S4 `methods of group g`: the set of methods, group by group.
///
/// After each stage the arm with the highest mean is fixed, whether or not the data support it (as
/// the paper does); the report says which decisions they do. A stage whose decision the space does
/// not leave open is passed over.
///
/// Where the paper is silent: S0 draws the pattern too (`any` composition where the space offers
/// it); all arms of a stage share their draws and their training noise; stages share none, so that
/// the arm that won by luck is estimated anew in the next stage.
///
/// Reference: Chen et al., "Parameter-efficient fine-tuning design spaces", ICLR 2023,
/// arXiv 2301.01821, section 3; no code of its search is published.
public struct S4Strategy: SearchStrategy {
  public static let name = "s4"
  public static let summary =
    "S4's greedy stages: grouping, allocation, tuned groups, methods of each group."
  public static let references = [
    "Chen et al., arXiv 2301.01821", "Radosavovic et al., arXiv 2003.13678",
  ]
  public static let settings = [
    ParameterSchema(
      "models-per-space", .integer(1...100_000), default: .integer(100),
      "Random designs for each arm of each stage; the paper's number."),
    ParameterSchema(
      "controls", .integer(0...100_000), default: .integer(24),
      "Blocks of the grouping stage for which the two negative controls are run, at most as many as "
        + "there are; nine are the least that can show anything at the level of ten comparisons."),
    ParameterSchema(
      "tuned-sets", .choice(["paper", "all"]), default: .text("paper"),
      "Sets of tuned groups that are compared: single groups, runs from either end and all groups "
        + "(the paper's nine of four groups), or every set."),
  ]

  private let space: SearchSpace
  private let key: RandomKey
  private let models: Int
  private let controls: Int
  private let decisions: DesignDecisions
  private let memory = StageMemory()

  public init(
    space: SearchSpace, seed: UInt64, settings: StrategySettings, plannedTrials: Int?
  ) {
    self.space = space
    key = RandomKey(seed: seed).derived("s4")
    models = settings.integer("models-per-space")
    controls = min(settings.integer("controls"), models)
    decisions = DesignDecisions(
      space: space, comparesAllTunedSets: settings.text("tuned-sets") == "all")
  }

  public var plan: StrategyPlan? {
    var stages = [StrategyPlan.Stage("S0 baseline", arms: 1, blocks: models)]
    func add(_ name: String, _ arms: [ParameterValue]) {
      if arms.count > 1 {
        stages.append(StrategyPlan.Stage(name, arms: arms.count, blocks: models))
      }
    }
    add("S1 grouping", decisions.patterns)
    if decisions.patterns.count > 1, controls > 0 {
      stages.append(StrategyPlan.Stage("negative controls", arms: 2, blocks: controls))
    }
    add("S2 allocation", decisions.spreads)
    add("S3 tuned groups", decisions.tunedSets)
    for (index, sets) in decisions.methodSets.enumerated() {
      add("S4 \(DesignContrast.methods(group: index + 1))", sets)
    }
    return StrategyPlan(stages: stages)
  }

  public func ask(count: Int, history: [Trial]) throws(StrategyError) -> [Proposal] {
    var known: [String: Trial] = [:]
    for trial in history {
      if trial.state == .complete, !(trial.score?.isFinite ?? false) {
        throw .unusableScore(trial: trial.number, score: trial.score)
      }
      known[trial.trainingIdentity] = trial
    }
    var fixed: [(path: String, value: ParameterValue)] = []
    for (number, step) in steps.enumerated() {
      guard let stage = stage(step, number: number, fixed: fixed) else { continue }
      let proposals = memory.proposals(of: stage) { self.proposals(of: stage, step) }
      if proposals.isEmpty, step.contrast != DesignContrast.control {
        throw .nothingFeasible(
          draws: stage.draws,
          reason: "an arm of the stage '\(step.contrast)' was no candidate in it")
      }
      let open = proposals.filter { known[$0.trainingIdentity] == nil }
      if !open.isEmpty { return Array(open.prefix(count)) }
      guard let path = step.path else { continue }
      let own = proposals.compactMap { known[$0.trainingIdentity] }
      guard own.allSatisfy({ $0.state == .complete || $0.state == .failed }) else { return [] }
      guard let choice = Self.choice(step, own) else { return [] }
      fixed.append((path, choice))
    }
    return []
  }

  /// One stage of the procedure.
  private struct Step: Sendable {
    let contrast: String
    /// The decision that the stage makes; nil for baseline and controls.
    let path: String?
    let values: [ParameterValue]
    /// The group whose methods are decided.
    var group: Int?
  }

  private var steps: [Step] {
    var steps = [
      Step(contrast: DesignContrast.baseline, path: nil, values: []),
      Step(
        contrast: DesignContrast.grouping, path: DesignDecisions.patternPath,
        values: decisions.patterns),
      Step(contrast: DesignContrast.control, path: nil, values: []),
      Step(
        contrast: DesignContrast.allocation, path: DesignDecisions.spreadPath,
        values: decisions.spreads),
      Step(
        contrast: DesignContrast.tuned, path: DesignDecisions.tunedPath, values: decisions.tunedSets
      ),
    ]
    for (index, sets) in decisions.methodSets.enumerated() {
      let group = index + 1
      steps.append(
        Step(
          contrast: DesignContrast.methods(group: group), path: decisions.methodsPath(group: group),
          values: sets, group: group))
    }
    return steps
  }

  /// nil where there is nothing to compare.
  private func stage(
    _ step: Step, number: Int, fixed: [(path: String, value: ParameterValue)]
  ) -> DesignStage? {
    let arms: [DesignStage.Arm]
    var stageNumber = number
    switch step.contrast {
    case DesignContrast.baseline:
      let free = decisions.hasFreeGrouping ? [(DesignDecisions.patternPath, "any")] : []
      arms = [
        DesignStage.Arm(
          label: DesignArm(step.contrast, "random"),
          fixed: free.map { (path: $0.0, value: ParameterValue.text($0.1)) })
      ]
    case DesignContrast.control:
      guard decisions.patterns.count > 1, controls > 0 else { return nil }
      // The blocks of the grouping stage, in which the pattern is not fixed.
      let grouping = steps[number - 1]
      stageNumber = number - 1
      arms = Self.arms(grouping)
    default:
      guard step.values.count > 1 else { return nil }
      if let group = step.group, !Self.isTuned(group, fixed) { return nil }
      arms = Self.arms(step)
    }
    let shared = step.contrast == DesignContrast.control ? Array(fixed.dropLast()) : fixed
    return DesignStage(
      name: step.contrast, arms: arms, fixed: shared, blocks: models,
      firstBlock: stageNumber * DesignStage.room, key: key.derived(stageNumber))
  }

  private static func arms(_ step: Step) -> [DesignStage.Arm] {
    guard let path = step.path else { return [] }
    return step.values.map { value in
      DesignStage.Arm(
        label: DesignArm(step.contrast, DesignDecisions.name(value)), fixed: [(path, value)])
    }
  }

  private static func isTuned(
    _ group: Int, _ fixed: [(path: String, value: ParameterValue)]
  ) -> Bool {
    guard let tuned = fixed.first(where: { $0.path == DesignDecisions.tunedPath }) else {
      return true
    }
    return tuned.value.asList?.contains(String(group)) ?? true
  }

  private func proposals(of stage: DesignStage, _ step: Step) -> [Proposal] {
    let cells = stage.cells(space)
    guard step.contrast == DesignContrast.control else {
      let looksAtScores =
        step.contrast != DesignContrast.baseline && step.contrast != DesignContrast.grouping
      return cells.map { cell in
        Proposal(
          candidate: cell.candidate, origin: looksAtScores ? .model : .initial,
          design: cell.design)
      }
    }
    let levels = cells.flatMap { $0.design.arms.map(\.level) }
    let level =
      levels.contains(DesignDecisions.publishedPattern)
      ? DesignDecisions.publishedPattern : levels.first
    let chosen = cells.filter { cell in cell.design.arms.contains { $0.level == level } }
    return chosen.prefix(controls).flatMap { cell in
      DesignControls.proposals(
        of: cell, noise: cell.design.block + DesignStage.room / 2, key: key, space: space)
    }
  }

  /// The value with the highest mean.
  private static func choice(_ step: Step, _ trials: [Trial]) -> ParameterValue? {
    let leader = DesignResults(trials).scores(of: step.contrast).leader
    return step.values.first { DesignDecisions.name($0) == leader }
  }
}

/// The proposals of stages once they are made; a memory of pure values.
private final class StageMemory: Sendable {
  private struct Key: Hashable {
    let name: String
    let fixed: [String]
  }

  private let known = Mutex<[Key: [Proposal]]>([:])

  func proposals(of stage: DesignStage, otherwise make: () -> [Proposal]) -> [Proposal] {
    let key = Key(name: stage.name, fixed: stage.fixed.map { "\($0.path)=\($0.value)" })
    if let found = known.withLock({ $0[key] }) { return found }
    let made = make()
    known.withLock { $0[key] = made }
    return made
  }
}
