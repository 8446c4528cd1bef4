import GaussianProcesses
import LinearAlgebra
public import SearchSpaces
import Synchronization

/// AutoPEFT as its paper describes it, with the costs taken as known.
///
/// - `initial` trials of a space-filling design (the paper draws them uniformly), then batches of
///   `batch`: a batch sees the results of the batches before it, and its own earlier members as
///   pending.
/// - SAAS Gaussian process of the scores, transformed to normal quantiles of their ranks; the number
///   of parameters is exact and needs no second process.
/// - Noisy expected hypervolume improvement averaged over the draws of the hyper-parameters, maximised
///   by walks from mutants of the front (`ParetoWalk`); for the score alone, expected improvement and
///   mutants of the three best.
///
/// `as-released` repeats what the released code does instead: it trains the *start* of the best walk,
/// a one-change mutant of a front member, and tells the model that the score belongs to the *end* of
/// the walk, which nobody trained. The ends of earlier batches are found by walking them again.
///
/// Reference: Zhou et al., "AutoPEFT: automatic configuration search for parameter-efficient
/// fine-tuning", TACL 12, 2024, arXiv 2301.12132; cambridgeltl/autopeft at 572dcaf.
public struct AutoPEFTStrategy: WarmStartable {
  public static let name = "autopeft"
  public static let summary =
    "AutoPEFT (2024): SAAS Gaussian process, noisy hypervolume improvement, walks from the front."
  public static let references = ["Zhou et al., TACL 12, 2024, arXiv 2301.12132"]
  public static let settings =
    [
      ParameterSchema(
        "initial", .integer(0...100_000), default: .integer(0),
        "Trials of the space-filling design before the model takes over. 0 chooses: 100, but at "
          + "most half of the planned trials."),
      ParameterSchema(
        "batch", .integer(1...1000), default: .integer(4),
        "Trials that are proposed from the same results."),
      ParameterSchema(
        "starts", .integer(1...1000), default: .integer(10),
        "Walks of the acquisition function for each proposal."),
      ParameterSchema(
        "evaluations", .integer(1...1_000_000), default: .integer(2000),
        "Values of the acquisition function for each proposal, shared by the walks."),
      ParameterSchema(
        "transform", .choice(OutputTransform.allCases.map(\.rawValue)),
        default: .text(OutputTransform.copula.rawValue),
        "How scores become targets: mean 0 and deviation 1, or normal quantiles of their ranks."),
      ParameterSchema(
        "as-released", .flag, default: .flag(false),
        "Trains the start of the best walk and models its end, as the released code does."),
    ] + SaasStrategy.samplerSettings

  private let space: SearchSpace
  private let seed: UInt64
  private let batch: Int
  private let starts: Int
  private let evaluations: Int
  private let transform: OutputTransform
  private let isAsReleased: Bool
  private let inference: Surrogate.Inference
  private let encoder: PointEncoder
  private let objectives: KnownObjectives
  private let isDesignGiven: Bool
  private var loop: ProposalLoop
  private var warmStart: WarmStart?
  private let surrogates = SurrogateMemory()
  private let replays = ReplayMemory()

  public init(
    space: SearchSpace, seed: UInt64, settings: StrategySettings, plannedTrials: Int?
  ) {
    self.space = space
    self.seed = seed
    let asked = settings.integer("initial")
    isDesignGiven = asked > 0
    let initial =
      asked > 0 ? asked : plannedTrials.map { min(100, max($0 / 2, 1)) } ?? 100
    batch = settings.integer("batch")
    starts = settings.integer("starts")
    evaluations = settings.integer("evaluations")
    transform = OutputTransform(rawValue: settings.text("transform")) ?? .copula
    isAsReleased = settings.flag("as-released")
    inference = .saas(SaasStrategy.plan(settings))
    encoder = PointEncoder(space)
    objectives = KnownObjectives(space)
    loop = ProposalLoop(space: space, seed: seed, initial: initial)
  }

  public func warmed(by runs: [EarlierRun]) -> Self {
    var warmed = self
    let warmStart = WarmStart(runs, encoder: encoder, transform: transform, seed: seed)
    warmed.warmStart = warmStart
    warmed.loop = loop.warmed(by: warmStart, mayBeBrief: !isDesignGiven)
    return warmed
  }

  public func agreements(history: [Trial]) throws(StrategyError) -> [EarlierAgreement] {
    try warmStart?.agreements(HistoryView(settled(history), space: space)) ?? []
  }

  public func ask(count: Int, history: [Trial]) throws(StrategyError) -> [Proposal] {
    try loop.askWithFits(count: count, history: history) { history, _ throws(StrategyError) in
      let walked = try walk(history, isAsReleased ? misread(history) : history)
      return walked.map { walked in
        ProposalLoop.Choice(
          candidate: isAsReleased ? walked.find.start : walked.find.end, fit: walked.fit)
      }
    }
  }

  /// The best walk for the next trial of a history.
  ///
  /// - Parameter told: the same trials with the points that the model is told.
  private func walk(
    _ history: [Trial], _ told: [Trial]
  ) throws(StrategyError) -> (find: ParetoWalk.Find, fit: FitDiagnostics?)? {
    let view = try HistoryView(settled(told), space: space)
    guard view.observed.count >= 2 else { return nil }
    let surrogate = try surrogates.surrogate(
      TrainingSet(
        view, encoder: encoder, objectives: objectives, transform: transform,
        limit: inference.pointLimit, seed: seed, warmStart: warmStart), inference: inference,
      seed: seed)
    let key = RandomKey(seed: seed).derived("proposal").derived(view.nextNumber)
    // Mutants are of what was trained, whatever the model was told.
    let trained = try HistoryView(settled(history), space: space)
    let merits = objectives.points(trained.observed)
    let parents =
      objectives.count > 0
      ? ParetoFront(merits).indices : Array(ObjectiveOrder.descending(merits).prefix(3))
    let find = try ParetoWalk(
      space: space, encoder: encoder, objectives: objectives,
      acquisition: surrogate.acquisition(
        pending: encoder.inputs(view.pending.map(\.point)),
        pendingKnown: view.pending.map { objectives.values($0.costs) }, key: key),
      used: trained.identities, starts: starts, evaluations: max(evaluations / starts, 1), key: key
    ).best(near: parents.map { trained.observed[$0].point })
    return find.map { ($0, surrogate.fit) }
  }

  /// The history as it stood when the next trial's batch began: later results are not known yet.
  private func settled(_ history: [Trial]) -> [Trial] {
    let modelled = history.indices.filter { history[$0].origin == .model }
    let open = modelled.count % batch
    guard open > 0 else { return history }
    let first = modelled[modelled.count - open]
    return history.enumerated().map { index, trial in
      guard index >= first, trial.origin == .model,
        trial.state == .complete || trial.state == .failed
      else { return trial }
      var running = trial
      running.state = .running
      running.score = nil
      return running
    }
  }

  /// The history with the ends of the walks in the place of the starts that were trained.
  private func misread(_ history: [Trial]) throws(StrategyError) -> [Trial] {
    var told: [Trial] = []
    var key = RandomKey(seed: seed)
    for (index, trial) in history.enumerated() {
      told.append(trial)
      if trial.origin == .model {
        let end = try replays.end(key) { () throws(StrategyError) in
          try walk(Array(history[..<index]), Array(told[..<index])).map { walked in
            let find = walked.find
            return find.start.configuration.identity == trial.configuration.identity
              ? find.end.point : find.start.point
          }
        }
        if let end { told[index].point = end }
      }
      key = key.derived(trial.configuration.identity).derived(
        Int(bitPattern: UInt((trial.score ?? 0).bitPattern)))
    }
    return told
  }
}

/// The ends of walks by the history that they followed; a memory of pure values.
private final class ReplayMemory: Sendable {
  private let ends = Mutex<[RandomKey: SearchPoint?]>([:])

  func end(
    _ key: RandomKey, otherwise make: () throws(StrategyError) -> SearchPoint?
  ) throws(StrategyError) -> SearchPoint? {
    if let known = ends.withLock({ $0[key] }) { return known }
    let made = try make()
    ends.withLock { $0[key] = .some(made) }
    return made
  }
}
