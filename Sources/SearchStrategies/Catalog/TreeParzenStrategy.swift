import LinearAlgebra
public import SearchSpaces

/// The tree-structured Parzen estimator: draws where good trials lie denser than bad ones.
///
/// The observations are split by the order of merit (`ObjectiveOrder`): the best min(⌈n/10⌉, 25) are
/// good, the others and the failed ones bad. For each dimension on its own, a Parzen density of each
/// side is made from the trials in which the dimension exists; 24 values are drawn from the good
/// density and the one with the highest ratio good/bad is taken. Dimensions that the other values do
/// not bring into being are dropped, so conditional decisions are modelled where they exist only.
///
/// Reference: Bergstra, Bardenet, Bengio, Kégl, "Algorithms for hyper-parameter optimization", NIPS
/// 2011, section 4; Watanabe, "Tree-structured Parzen estimator", arXiv 2304.11127 (bandwidths and
/// split); Ozaki et al., JAIR 73, 2022 (several objectives by non-domination).
public struct TreeParzenStrategy: SearchStrategy {
  public static let name = "tpe"
  public static let summary = "Tree-structured Parzen estimator, one density for each dimension."
  public static let references = [
    "Bergstra et al., NIPS 2011", "Watanabe, arXiv 2304.11127", "Ozaki et al., JAIR 73, 2022",
  ]
  public static let settings = [
    ProposalLoop.initialSetting,
    ParameterSchema(
      "draws", .integer(1...10_000), default: .integer(24),
      "Values drawn from the good density for each dimension."),
  ]

  static let attempts = 64

  private let space: SearchSpace
  private let seed: UInt64
  private let draws: Int
  private let objectives: KnownObjectives
  private let loop: ProposalLoop

  public init(
    space: SearchSpace, seed: UInt64, settings: StrategySettings, plannedTrials: Int?
  ) {
    self.space = space
    self.seed = seed
    draws = settings.integer("draws")
    objectives = KnownObjectives(space)
    loop = ProposalLoop(
      space: space, seed: seed,
      initial: ProposalLoop.initialCount(
        asked: settings.integer("initial"), dimensions: space.dimensions.count,
        plannedTrials: plannedTrials))
  }

  public func ask(count: Int, history: [Trial]) throws(StrategyError) -> [Proposal] {
    try loop.ask(count: count, history: history) { _, view throws(StrategyError) in
      candidate(view)
    }
  }

  private func candidate(_ view: HistoryView) -> Candidate? {
    let order = ObjectiveOrder.descending(objectives.points(view.observed))
    let count = min((order.count + 9) / 10, 25)
    let points = order.map { view.observed[$0].point }
    let good = points.prefix(count).map { space.encode($0) }
    let bad = (points.dropFirst(count) + view.failed.map(\.point)).map { space.encode($0) }
    let densities = space.dimensions.indices.map { index in
      [good, bad].map { side in
        ParzenDensity(
          side.filter { $0.isActive[index] }.map { $0.values[index] },
          kind: space.dimensions[index].kind)
      }
    }
    var source = CounterRandom(RandomKey(seed: seed).derived("tpe").derived(view.nextNumber))
    var last = points[0]
    for _ in 0..<Self.attempts {
      let values = densities.map { best(of: $0[0], against: $0[1], using: &source) }
      last = space.decode(
        EncodedPoint(values: values, isActive: values.map { _ in true }))
      if let candidate = space.feasibleCandidate(at: last),
        !view.identities.contains(candidate.configuration.identity)
      {
        return candidate
      }
    }
    return RandomMove(space: space).candidate(
      near: last, unlike: view.identities, attempts: Self.attempts, using: &source)
  }

  private func best(
    of good: ParzenDensity, against bad: ParzenDensity, using source: inout CounterRandom
  ) -> Double {
    var best = good.draw(using: &source)
    var highest = good.logDensity(best) - bad.logDensity(best)
    for _ in 1..<max(draws, 1) {
      let value = good.draw(using: &source)
      let ratio = good.logDensity(value) - bad.logDensity(value)
      if ratio > highest {
        highest = ratio
        best = value
      }
    }
    return best
  }
}
