import SearchSpaces

/// What all strategies that learn have in common: a space-filling design first, then proposals from
/// the history, and the design again where these run dry.
///
/// Each proposal is made from the history with the earlier ones of the same answer added as running,
/// so that asking for two is asking for one twice.
struct ProposalLoop: Sendable {
  let space: SearchSpace
  let design: SpaceFillingDesign
  /// Trials of the design before proposals are learned.
  let initial: Int
  /// What earlier runs have found out.
  private var warmStart: WarmStart?
  /// Trials of the design before proposals are learned where an earlier run clearly agrees.
  private var brief = 0

  init(space: SearchSpace, seed: UInt64, initial: Int) {
    self.space = space
    self.initial = initial
    design = SpaceFillingDesign(space: space, seed: seed)
  }

  /// The setting that all such strategies have.
  static let initialSetting = ParameterSchema(
    "initial", .integer(0...100_000), default: .integer(0),
    "Trials of the space-filling design before the model takes over. 0 chooses: twice the number "
      + "of dimensions, at least 10, but no more than a quarter of the planned trials (or 5, if "
      + "that is more), or 20 where no number is planned.")

  /// The size of the initial design where none is set.
  ///
  /// max(10, 2 d) is the usual rule (Jones, Schonlau, Welch 1998 ask for 10 d, BoTorch's and Ax's
  /// defaults are near 2 d); it is cut to a quarter of the planned trials, but not below 5, because
  /// in a space of dozens of conditional decisions it would leave no trials for the model, whose
  /// dimension-scaled prior works from few observations.
  static func initialCount(asked: Int, dimensions: Int, plannedTrials: Int?) -> Int {
    if asked > 0 { return asked }
    let usual = max(10, 2 * dimensions)
    guard let plannedTrials else { return min(usual, 20) }
    return min(usual, max(plannedTrials / 4, 5))
  }

  /// The same loop with what earlier runs have found out.
  ///
  /// - Parameter mayBeBrief: whether the design may end early where one of them clearly agrees: at
  ///   half of its trials, but no fewer than 8, from which a rank correlation can be told.
  func warmed(by warmStart: WarmStart, mayBeBrief: Bool) -> ProposalLoop {
    var warmed = self
    warmed.warmStart = warmStart
    warmed.brief = mayBeBrief ? min(initial, max(8, initial / 2)) : initial
    return warmed
  }

  private func isDesignOver(_ view: HistoryView) throws(StrategyError) -> Bool {
    if view.initialCount >= initial { return true }
    guard let warmStart, view.initialCount >= brief else { return false }
    return try warmStart.isClear(view)
  }

  /// A candidate that a model has chosen.
  struct Choice {
    let candidate: Candidate
    /// How the model's fit went; nil where no Markov chain was run for it.
    var fit: FitDiagnostics?
  }

  /// - Parameter propose: the next candidate for a history with at least two scores; nil where there
  ///   is none.
  func ask(
    count: Int, history: [Trial],
    propose: (_ history: [Trial], _ view: HistoryView) throws(StrategyError) -> Candidate?
  ) throws(StrategyError) -> [Proposal] {
    try askWithFits(count: count, history: history) { history, view throws(StrategyError) in
      try propose(history, view).map { Choice(candidate: $0) }
    }
  }

  /// The same for choices that tell of their fits.
  func askWithFits(
    count: Int, history given: [Trial],
    propose: (_ history: [Trial], _ view: HistoryView) throws(StrategyError) -> Choice?
  ) throws(StrategyError) -> [Proposal] {
    var history = given
    var proposals: [Proposal] = []
    while proposals.count < count {
      let view = try HistoryView(history, space: space)
      guard let found = try next(history, view, propose) else { break }
      proposals.append(found)
      history.append(
        Trial(
          number: view.nextNumber, state: .running, origin: found.origin,
          point: found.candidate.point, configuration: found.candidate.configuration,
          costs: found.candidate.costs))
    }
    return proposals
  }

  private func next(
    _ history: [Trial], _ view: HistoryView,
    _ propose: ([Trial], HistoryView) throws(StrategyError) -> Choice?
  ) throws(StrategyError) -> Proposal? {
    // Two scores are the least from which a scale can be learned.
    if try isDesignOver(view), view.observed.count >= 2,
      let choice = try propose(history, view)
    {
      return Proposal(candidate: choice.candidate, origin: .model, fit: choice.fit)
    }
    return try design.next(unlike: view.identities, nearby: view.points)
      .map { Proposal(candidate: $0, origin: .initial) }
  }
}
