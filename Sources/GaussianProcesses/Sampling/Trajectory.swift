import Foundation
import LinearAlgebra

/// One transition of the No-U-Turn sampler: a binary tree of leapfrog steps.
struct Trajectory {
  /// A place with its density.
  struct Place: Sendable {
    var position: [Double]
    var gradient: [Double]
    var logDensity: Double
  }

  /// One end of the trajectory.
  private struct Edge {
    var place: Place
    var momentum: [Double]
  }

  /// What has to be known of a piece of the trajectory.
  private struct Piece {
    /// Momentum and velocity at the end that was reached first, and at the one reached last.
    var first: (momentum: [Double], velocity: [Double])
    var last: (momentum: [Double], velocity: [Double])
    /// Σ of all momenta.
    var sum: [Double]
    /// Chosen from the piece with probability proportional to exp(−energy).
    var proposal: Place
    /// log Σ exp(−energy), relative to the start.
    var logWeight: Double
  }

  /// A trajectory whose energy is off by more has left what the step size can follow.
  private static let divergence = 1000.0

  private let density: any LogDensity
  private let metric: Metric
  private let step: Double
  private let maximumDepth: Int
  private var source: CounterRandom
  private var energy = 0.0

  private(set) var evaluations = 0
  private(set) var depth = 0
  private(set) var isDivergent = false
  private var acceptanceSum = 0.0

  /// The mean of min(1, exp(−Δ energy)) over all steps.
  var acceptance: Double { evaluations > 0 ? acceptanceSum / Double(evaluations) : 0 }

  init(
    density: any LogDensity, metric: Metric, step: Double, maximumDepth: Int,
    source: CounterRandom
  ) {
    self.density = density
    self.metric = metric
    self.step = step
    self.maximumDepth = maximumDepth
    self.source = source
  }

  /// ½ pᵀ Σ p.
  static func kinetic(_ momentum: [Double], _ metric: Metric) -> Double {
    0.5 * dot(momentum, metric.velocity(momentum))
  }

  /// One leapfrog step.
  static func leapfrog(
    _ place: Place, _ momentum: [Double], _ step: Double, _ density: any LogDensity,
    _ metric: Metric
  ) -> (Place, [Double]) {
    let half = zip(momentum, place.gradient).map { $0 + 0.5 * step * $1 }
    let velocity = metric.velocity(half)
    let position = zip(place.position, velocity).map { $0 + step * $1 }
    let local = density.evaluate(position)
    let moved = zip(half, local.gradient).map { $0 + 0.5 * step * $1 }
    return (
      Place(position: position, gradient: local.gradient, logDensity: local.value), moved
    )
  }

  /// The next place of the chain.
  mutating func transition(from start: Place) -> Place {
    let momentum = metric.momentum(using: &source)
    let velocity = metric.velocity(momentum)
    energy = 0.5 * Self.dot(momentum, velocity) - start.logDensity
    var forward = Edge(place: start, momentum: momentum)
    var backward = forward
    // `whole` runs from the backward end (first) to the forward end (last).
    var whole = Piece(
      first: (momentum, velocity), last: (momentum, velocity), sum: momentum, proposal: start,
      logWeight: 0)
    while depth < maximumDepth {
      let goesForward = source.uniform() < 0.5
      let grown =
        goesForward
        ? build(depth, &forward, step) : build(depth, &backward, -step)
      guard var piece = grown else { break }
      depth += 1
      if log(source.uniform()) < piece.logWeight - whole.logWeight {
        whole.proposal = piece.proposal
      }
      // The piece in the order of time.
      if !goesForward { swap(&piece.first, &piece.last) }
      let (early, late) = goesForward ? (whole, piece) : (piece, whole)
      let joined = Self.join(early, late)
      whole.first = early.first
      whole.last = late.last
      whole.sum = joined.sum
      whole.logWeight = Self.logSum(whole.logWeight, piece.logWeight)
      guard joined.goesOn else { break }
    }
    return whole.proposal
  }

  /// 2^depth steps from an edge, which is moved; nil where the piece turns or diverges.
  private mutating func build(_ depth: Int, _ edge: inout Edge, _ step: Double) -> Piece? {
    guard depth > 0 else { return leaf(&edge, step) }
    guard let near = build(depth - 1, &edge, step), let far = build(depth - 1, &edge, step) else {
      return nil
    }
    let joined = Self.join(near, far)
    guard joined.goesOn else { return nil }
    let weight = Self.logSum(near.logWeight, far.logWeight)
    let takesFar = log(source.uniform()) < far.logWeight - weight
    return Piece(
      first: near.first, last: far.last, sum: joined.sum,
      proposal: takesFar ? far.proposal : near.proposal, logWeight: weight)
  }

  private mutating func leaf(_ edge: inout Edge, _ step: Double) -> Piece? {
    let (place, momentum) = Self.leapfrog(edge.place, edge.momentum, step, density, metric)
    edge = Edge(place: place, momentum: momentum)
    evaluations += 1
    let velocity = metric.velocity(momentum)
    let difference = place.logDensity - 0.5 * Self.dot(momentum, velocity) + energy
    guard difference.isFinite, difference > -Self.divergence else {
      isDivergent = true
      return nil
    }
    acceptanceSum += min(1, exp(difference))
    return Piece(
      first: (momentum, velocity), last: (momentum, velocity), sum: momentum, proposal: place,
      logWeight: difference)
  }

  /// Whether two neighbouring pieces together have not turned, and the sum of their momenta.
  private static func join(_ early: Piece, _ late: Piece) -> (sum: [Double], goesOn: Bool) {
    let sum = zip(early.sum, late.sum).map { $0 + $1 }
    let goesOn =
      isStraight(early.first.velocity, late.last.velocity, sum)
      && isStraight(
        early.first.velocity, late.first.velocity,
        zip(early.sum, late.first.momentum).map { $0 + $1 })
      && isStraight(
        early.last.velocity, late.last.velocity,
        zip(late.sum, early.last.momentum).map { $0 + $1 })
    return (sum, goesOn)
  }

  private static func isStraight(_ a: [Double], _ b: [Double], _ sum: [Double]) -> Bool {
    dot(a, sum) > 0 && dot(b, sum) > 0
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for index in a.indices { sum += a[index] * b[index] }
    return sum
  }

  private static func logSum(_ a: Double, _ b: Double) -> Double {
    max(a, b) + log1p(exp(-abs(a - b)))
  }
}
