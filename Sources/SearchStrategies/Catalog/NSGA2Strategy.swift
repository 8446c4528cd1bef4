import LinearAlgebra
public import SearchSpaces

/// The elitist genetic algorithm by non-dominated sorting.
///
/// Trials with a point make generations of `population` in their order. The parents of a generation
/// are the best of parents and children of the one before, by rank and crowding distance
/// (`ObjectiveOrder`). A child's parents win tournaments of two; each dimension comes from either
/// with equal chance (from the one where it exists, if it exists in one only), and changes with
/// probability 1/d by `RandomMove`. What is infeasible or known is drawn again. With the score alone
/// this is a plain elitist genetic algorithm.
///
/// Reference: Deb, Pratap, Agarwal, Meyarivan, IEEE Trans. Evol. Comp. 6, 2002.
public struct NSGA2Strategy: SearchStrategy {
  public static let name = "nsga2"
  public static let summary = "Genetic algorithm by non-dominated sorting (NSGA-II)."
  public static let references = ["Deb et al., IEEE Trans. Evol. Comp. 6, 2002"]
  public static let settings = [
    ParameterSchema(
      "population", .integer(0...100_000), default: .integer(0),
      "Trials of a generation; the first one is the space-filling design. 0 chooses: an eighth of "
        + "the planned trials, at least 5 and at most 50; 25 where no number is planned.")
  ]

  static let attempts = 64

  private let space: SearchSpace
  private let seed: UInt64
  private let population: Int
  private let objectives: KnownObjectives
  private let loop: ProposalLoop

  public init(
    space: SearchSpace, seed: UInt64, settings: StrategySettings, plannedTrials: Int?
  ) {
    self.space = space
    self.seed = seed
    let asked = settings.integer("population")
    population = asked > 0 ? asked : plannedTrials.map { min(max($0 / 8, 5), 50) } ?? 25
    objectives = KnownObjectives(space)
    loop = ProposalLoop(space: space, seed: seed, initial: population)
  }

  public func ask(count: Int, history: [Trial]) throws(StrategyError) -> [Proposal] {
    try loop.ask(count: count, history: history) { history, view throws(StrategyError) in
      let parents = try parents(history)
      return parents.isEmpty ? nil : child(of: parents, view)
    }
  }

  /// The parents of the generation that the next trial belongs to, the best first.
  private func parents(_ history: [Trial]) throws(StrategyError) -> [SearchPoint] {
    let members = history.filter { $0.point != nil }
    var parents: [HistoryView.Observation] = []
    var first = 0
    while first + population <= members.count {
      let children = try HistoryView(
        Array(members[first..<first + population]), space: space
      ).observed
      let all = parents + children
      let order = ObjectiveOrder.descending(objectives.points(all))
      parents = order.prefix(population).map { all[$0] }
      first += population
    }
    return parents.map(\.point)
  }

  private func child(of parents: [SearchPoint], _ view: HistoryView) -> Candidate? {
    var source = CounterRandom(RandomKey(seed: seed).derived("nsga2").derived(view.nextNumber))
    let move = RandomMove(space: space)
    func winner() -> SearchPoint {
      parents[min(source.integer(below: parents.count), source.integer(below: parents.count))]
    }
    var last = parents[0]
    for _ in 0..<Self.attempts {
      var point = crossed(winner(), winner(), using: &source)
      for _ in space.dimensions where source.uniform() < 1 / Double(space.dimensions.count) {
        point = move.point(from: point, using: &source) ?? point
      }
      last = point
      if let candidate = space.feasibleCandidate(at: point),
        !view.identities.contains(candidate.configuration.identity)
      {
        return candidate
      }
    }
    // Parents that are all alike have no new children; their neighbours are.
    return move.candidate(
      near: last, unlike: view.identities, attempts: Self.attempts, using: &source)
  }

  private func crossed(
    _ a: SearchPoint, _ b: SearchPoint, using source: inout CounterRandom
  ) -> SearchPoint {
    let (mother, father) = (space.encode(a), space.encode(b))
    var child = mother
    for index in child.values.indices {
      let takesFather =
        mother.isActive[index] == father.isActive[index]
        ? source.uniform() < 0.5 : father.isActive[index]
      if takesFather {
        child.values[index] = father.values[index]
        child.isActive[index] = father.isActive[index]
      }
    }
    return space.decode(child)
  }
}
