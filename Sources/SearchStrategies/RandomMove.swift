import LinearAlgebra
import SearchSpaces

/// A random change of one decision.
///
/// A dimension is drawn uniformly among those that exist at the point. A choice becomes any other
/// one, a two-level dimension the other level, an ordered value is drawn from a normal about its
/// place with deviation 0.2, cut to the unit interval, until the value differs. Decisions that the
/// change brings into being are drawn uniformly.
///
/// Reference: ConfigSpace 0.6, `get_one_exchange_neighbourhood` (deviation 0.2), as AutoPEFT uses it.
struct RandomMove {
  let space: SearchSpace

  static let deviation = 0.2
  private static let attempts = 64

  /// A point one move away, which may be infeasible; nil where no move changes anything.
  func point(from point: SearchPoint, using source: inout CounterRandom) -> SearchPoint? {
    let origin = space.encode(point)
    let active = origin.isActive.indices.filter { origin.isActive[$0] }
    guard !active.isEmpty else { return nil }
    for _ in 0..<Self.attempts {
      var moved = origin
      for (index, dimension) in space.dimensions.enumerated() where !origin.isActive[index] {
        moved.values[index] = Self.uniform(dimension.kind, using: &source)
      }
      let index = active[source.integer(below: active.count)]
      moved.values[index] = Self.moved(
        origin.values[index], space.dimensions[index].kind, using: &source)
      let end = space.decode(moved)
      if end != point { return end }
    }
    return nil
  }

  /// A feasible point, by moves from a feasible one; nil where none of the attempts is feasible and
  /// unused.
  ///
  /// - Parameter used: identities that are not to be met.
  func candidate(
    near point: SearchPoint, unlike used: Set<String>, attempts: Int,
    using source: inout CounterRandom
  ) -> Candidate? {
    var place = point
    for attempt in 1...attempts {
      // Every eighth failure the walk goes on from where it is.
      guard let end = self.point(from: place, using: &source) else { return nil }
      if let candidate = space.feasibleCandidate(at: end),
        !used.contains(candidate.configuration.identity)
      {
        return candidate
      }
      if attempt % 8 == 0 { place = end }
    }
    return nil
  }

  static func uniform(
    _ kind: SpaceDimension.Kind, using source: inout CounterRandom
  ) -> Double {
    switch kind {
    case .ordered: source.uniform()
    case .unordered(let choices): Double(source.integer(below: choices))
    }
  }

  private static func moved(
    _ value: Double, _ kind: SpaceDimension.Kind, using source: inout CounterRandom
  ) -> Double {
    switch kind {
    case .ordered(levels: 2): return value < 0.5 ? 0.75 : 0.25
    case .ordered:
      while true {
        let place = value + deviation * source.normal()
        if (0...1).contains(place) { return place }
      }
    case .unordered(let choices):
      guard choices > 1 else { return value }
      let step = 1 + source.integer(below: choices - 1)
      return Double((Int(value) + step) % choices)
    }
  }
}
