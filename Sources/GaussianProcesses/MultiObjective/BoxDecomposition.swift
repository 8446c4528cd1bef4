/// The region above a reference point that a front does not dominate, cut into disjoint boxes.
///
/// The region is cut at the front's levels of the last objective; within a slab, the points that
/// reach its top are what is left to avoid, in one objective less. In the first objective every box
/// is open upwards: with a fixed place in the others, improvement is a sum of
/// weight · max(0, z₀ − threshold), which has a closed form under a normal law of z₀. That is why
/// the modelled objective stands first and the known ones follow.
///
/// Number of boxes: n + 1 for two objectives, at most (n + 1)^(m − 1).
///
/// Reference: the slicing of While et al., "A faster algorithm for calculating hypervolume" (HSO),
/// IEEE Trans. Evol. Comp. 10, 2006; the use of boxes in Yang et al., "Efficient computation of
/// expected hypervolume improvement using box decomposition algorithms", J. Global Optim. 75, 2019.
public struct BoxDecomposition: Sendable, Equatable {
  /// One box: above `threshold` in the first objective, and lower < z ≤ upper in the others.
  public struct Box: Sendable, Equatable {
    public let threshold: Double
    /// [m − 1].
    public let lower: [Double]
    /// [m − 1]; infinite at the top.
    public let upper: [Double]
  }

  public let boxes: [Box]

  /// - Parameters:
  ///   - front: points of m objectives, at least the modelled one.
  ///   - reference: m values.
  public init(front: [[Double]], reference: [Double]) {
    precondition(!reference.isEmpty, "BoxDecomposition: at least one objective is needed")
    let above = front.filter { point in zip(point, reference).allSatisfy { $0 > $1 } }
    boxes = Self.cut(above.map { $0[...] }, reference[...])
  }

  private static func cut(_ points: [ArraySlice<Double>], _ reference: ArraySlice<Double>) -> [Box]
  {
    guard let floor = reference.last else { return [] }
    if reference.count == 1 {
      let best = points.reduce(floor) { max($0, $1[$1.startIndex]) }
      return [Box(threshold: best, lower: [], upper: [])]
    }
    let levels = Set(points.compactMap(\.last)).sorted()
    var result: [Box] = []
    for (index, low) in ([floor] + levels).enumerated() {
      let high = index < levels.count ? levels[index] : .infinity
      let reaching = points.filter { ($0.last ?? floor) >= high }.map { $0.dropLast() }
      for box in cut(reaching, reference.dropLast()) {
        result.append(
          Box(threshold: box.threshold, lower: box.lower + [low], upper: box.upper + [high]))
      }
    }
    return result
  }

  /// Σ over boxes of the volume between the reference and a point: what the point adds.
  public func improvement(of point: [Double]) -> Double {
    boxes.reduce(0) { sum, box in
      sum + box.weight(known: point.dropFirst()) * max(0, point[0] - box.threshold)
    }
  }
}

extension BoxDecomposition.Box {
  /// The extent of the box below a place in the known objectives, Π max(0, min(z, upper) − lower).
  func weight(known: ArraySlice<Double>) -> Double {
    var weight = 1.0
    for (index, place) in known.enumerated() {
      let extent = min(place, upper[index]) - lower[index]
      if extent <= 0 { return 0 }
      weight *= extent
    }
    return weight
  }
}
