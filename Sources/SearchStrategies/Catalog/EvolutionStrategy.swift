import LinearAlgebra
public import SearchSpaces

/// Regularised evolution: the best of a random few among the youngest is changed a little.
///
/// The population is the last `population` finished trials, whatever their scores: age is the only
/// reason to die. Each proposal draws `tournament` of them with replacement, takes the best by the
/// order of merit (`ObjectiveOrder`: the score, or rank and crowding where costs are objectives) and
/// applies one random change (`RandomMove`); changes that are infeasible or known are drawn again.
///
/// Reference: Real, Aggarwal, Huang, Le, "Regularized evolution for image classifier architecture
/// search", AAAI 2019, arXiv 1802.01548, algorithm 1.
public struct EvolutionStrategy: SearchStrategy {
  public static let name = "evolution"
  public static let summary = "Regularised evolution: tournaments among the youngest trials."
  public static let references = ["Real et al., AAAI 2019, arXiv 1802.01548"]
  public static let settings = [
    ProposalLoop.initialSetting,
    ParameterSchema(
      "population", .integer(2...100_000), default: .integer(25),
      "How many of the youngest finished trials may be parents."),
    ParameterSchema(
      "tournament", .integer(1...100_000), default: .integer(6),
      "How many of them are drawn for each proposal; the best becomes the parent. A quarter of the "
        + "population, as in the paper."),
  ]

  static let attempts = 256

  private let space: SearchSpace
  private let seed: UInt64
  private let population: Int
  private let tournament: Int
  private let objectives: KnownObjectives
  private let loop: ProposalLoop

  public init(
    space: SearchSpace, seed: UInt64, settings: StrategySettings, plannedTrials: Int?
  ) {
    self.space = space
    self.seed = seed
    population = settings.integer("population")
    tournament = settings.integer("tournament")
    objectives = KnownObjectives(space)
    loop = ProposalLoop(
      space: space, seed: seed,
      initial: ProposalLoop.initialCount(
        asked: settings.integer("initial"), dimensions: space.dimensions.count,
        plannedTrials: plannedTrials))
  }

  public func ask(count: Int, history: [Trial]) throws(StrategyError) -> [Proposal] {
    try loop.ask(count: count, history: history) { _, view throws(StrategyError) in child(view) }
  }

  private func child(_ view: HistoryView) -> Candidate? {
    var source = CounterRandom(
      RandomKey(seed: seed).derived("evolution").derived(view.nextNumber))
    let living = Array(view.observed.suffix(population))
    let order = ObjectiveOrder.descending(objectives.points(living))
    var places = Array(repeating: 0, count: living.count)
    for (place, index) in order.enumerated() { places[index] = place }
    let drawn = (0..<tournament).map { _ in source.integer(below: living.count) }
    guard let parent = drawn.min(by: { places[$0] < places[$1] }) else { return nil }
    return RandomMove(space: space).candidate(
      near: living[parent].point, unlike: view.identities, attempts: Self.attempts,
      using: &source)
  }
}
