public import SearchSpaces

/// Tries configurations spread evenly over the space, whatever the scores say.
///
/// A scrambled Sobol sequence over all dimensions, ordered and unordered through the same cube;
/// invalid points and repetitions are passed over (`SpaceFillingDesign`). It is the baseline that
/// every model-based strategy must beat, and the initial design of `bayes`.
///
/// Reference: Bergstra and Bengio, "Random search for hyper-parameter optimization", JMLR 13, 2012
/// (section 4.3 for Sobol sequences).
public struct RandomStrategy: SearchStrategy {
  public static let name = "random"
  public static let summary = "Space-filling: a scrambled Sobol sequence over all decisions."
  public static let settings: [ParameterSchema] = []
  public static let references = [
    "Bergstra and Bengio, JMLR 13, 2012", "Owen, Randomly permuted (t,m,s)-nets, 1995",
  ]

  private let space: SearchSpace
  private let design: SpaceFillingDesign

  public init(
    space: SearchSpace, seed: UInt64, settings: StrategySettings, plannedTrials: Int?
  ) {
    self.space = space
    design = SpaceFillingDesign(space: space, seed: seed)
  }

  public func ask(count: Int, history: [Trial]) throws(StrategyError) -> [Proposal] {
    var view = try HistoryView(history, space: space)
    var proposals: [Proposal] = []
    while proposals.count < count,
      let candidate = try design.next(unlike: view.identities, nearby: view.points)
    {
      let proposal = Proposal(candidate: candidate, origin: .initial)
      view.add(proposal)
      proposals.append(proposal)
    }
    return proposals
  }
}
