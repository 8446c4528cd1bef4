import GaussianProcesses
public import SearchSpaces

/// Asynchronous successive halving with promotions chosen by a model.
///
/// Candidates are trained rung by rung: rung k of 0 … K takes the share η^(k − K) of their epochs
/// (`RungLadder`), with the schedule of the whole training, and a promoted trial goes on from the
/// checkpoint of the one below, so that nothing is trained twice. A trial of a run is one rung.
///
/// - A rung gives one promotion for each η of its results, the highest rung first. Which of its trials
///   goes up is the model's choice: the one whose whole training is expected to be worth most. By
///   the rung's own scores it would be the luckiest.
/// - Otherwise a new candidate begins on the lowest rung: the space-filling design first, then the
///   maximum of the acquisition function of `bayes` for whole trainings.
/// - The model is that of `bayes` with one more ordered input, the place of the rung, so that it learns
///   how far a lower rung tells of the highest. Scores are brought to one level first
///   (`RungHistory.levelled`).
///
/// Promotions are decided in trial order, as all proposals are. Where every training has one epoch there
/// is one rung, and the strategy is `bayes`.
///
/// Reference: Jamieson and Talwalkar, AISTATS 2016; Li et al., MLSys 2020, arXiv 1810.05934 (ASHA);
/// Klein et al., "Model-based asynchronous hyperparameter and neural architecture search",
/// arXiv 2003.10865 (one Gaussian process over configurations and rungs).
public struct HalvingStrategy: SearchStrategy {
  public static let name = "halving"
  public static let summary =
    "Successive halving over epochs: few go on from their checkpoints, chosen by a Gaussian process "
    + "over configurations and rungs."
  public static let references = [
    "Jamieson and Talwalkar, AISTATS 2016", "Li et al., MLSys 2020, arXiv 1810.05934",
    "Klein et al., arXiv 2003.10865",
  ]
  public static let settings =
    [
      ParameterSchema(
        "eta", .integer(2...100), default: .integer(3),
        "One of so many results of a rung goes on to the next, which trains so many times longer."),
      ParameterSchema(
        "rungs", .integer(1...20), default: .integer(3),
        "Rungs at most, the whole training included; a training of few epochs has fewer."),
    ] + SurrogateSearch.settings(transform: .standardize, listing: 200_000)

  private let space: SearchSpace
  private let ladder: RungLadder
  private let loop: ProposalLoop
  private let search: SurrogateSearch

  public init(
    space: SearchSpace, seed: UInt64, settings: StrategySettings, plannedTrials: Int?
  ) {
    self.space = space
    ladder = RungLadder(
      reduction: settings.integer("eta"), count: settings.integer("rungs"))
    loop = ProposalLoop(
      space: space, seed: seed,
      initial: ProposalLoop.initialCount(
        asked: settings.integer("initial"), dimensions: space.dimensions.count,
        plannedTrials: plannedTrials))
    search = SurrogateSearch(
      space: space, seed: seed, settings: settings, inference: .maximumAPosteriori,
      hasRungs: ladder.top > 0)
  }

  public func ask(count: Int, history given: [Trial]) throws(StrategyError) -> [Proposal] {
    var history = given
    var proposals: [Proposal] = []
    while proposals.count < count {
      let rungs = RungHistory(history, ladder: ladder)
      var next = try promotion(rungs)
      if next == nil { next = try beginning(rungs) }
      guard let next else { break }
      proposals.append(next)
      history.append(
        Trial(
          number: (history.map(\.number).max() ?? 0) + 1, state: .running, origin: next.origin,
          point: next.point, configuration: next.candidate.configuration,
          costs: next.candidate.costs, fidelity: next.fidelity))
    }
    return proposals
  }

  /// The trial that goes on, where a rung has one to give.
  private func promotion(_ rungs: RungHistory) throws(StrategyError) -> Proposal? {
    let open = rungs.promotable
    guard !open.isEmpty else { return nil }
    let view = try view(rungs.levelled)
    var entries: [HistoryView.Entry] = []
    for trial in open {
      guard let point = trial.point else { continue }
      entries.append(HistoryView.Entry(point: point, costs: trial.costs))
    }
    guard view.observed.count >= 2, entries.count == open.count,
      let best = try search.descending(entries, view).first,
      let candidate = space.feasibleCandidate(at: entries[best].point)
    else { return nil }
    return Proposal(
      candidate: candidate, origin: .model, fidelity: ladder.next(after: open[best]))
  }

  /// A candidate that nobody has tried.
  private func beginning(_ rungs: RungHistory) throws(StrategyError) -> Proposal? {
    let found = try loop.ask(count: 1, history: rungs.levelled) {
      history, _ throws(StrategyError) in
      try search.choice(view(history))?.candidate
    }
    return found.first.map {
      Proposal(
        candidate: $0.candidate, origin: $0.origin,
        fidelity: ladder.start(of: $0.candidate.configuration))
    }
  }

  private func view(_ history: [Trial]) throws(StrategyError) -> HistoryView {
    try HistoryView(history, space: space) { ladder.place(of: $0) }
  }
}
