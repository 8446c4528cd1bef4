extension ParetoFront {
  /// The volume of what the front dominates above a reference point.
  ///
  /// HV = λ({z : r ≤ z ≤ p for a point p of the front}). Points that are not above the reference in
  /// every objective add nothing.
  ///
  /// One sweep for up to two objectives; the exclusive volumes of the points one after the other for
  /// more. Complexity: n log n, and exponential in the worst case for three and more.
  ///
  /// Reference: While, Bradstreet, Barone, "A fast way of calculating exact hypervolumes" (WFG),
  /// IEEE Trans. Evol. Comp. 16, 2012.
  ///
  /// - Parameter reference: one value for each objective.
  public func hypervolume(reference: [Double]) -> Double {
    let above = points.filter { point in
      zip(point, reference).allSatisfy { $0 > $1 }
    }
    guard let first = above.first else { return 0 }
    precondition(
      first.count == reference.count,
      "ParetoFront.hypervolume: \(first.count) objectives, the reference has \(reference.count)")
    return Self.volume(above, reference)
  }

  private static func volume(_ points: [[Double]], _ reference: [Double]) -> Double {
    if reference.count <= 2 { return sweep(points, reference) }
    let sorted = points.sorted { $1.lexicographicallyPrecedes($0) }
    return sorted.indices.reduce(0) { sum, index in
      sum + exclusive(sorted[index], beyond: sorted[(index + 1)...], reference)
    }
  }

  /// What one point dominates alone: its box without the volume of the others within it.
  private static func exclusive(
    _ point: [Double], beyond others: ArraySlice<[Double]>, _ reference: [Double]
  ) -> Double {
    let box = zip(point, reference).reduce(1) { $0 * ($1.0 - $1.1) }
    guard !others.isEmpty else { return box }
    let limited = others.map { other in zip(other, point).map { min($0, $1) } }
    return box - volume(ParetoFront(limited).points, reference)
  }

  private static func sweep(_ points: [[Double]], _ reference: [Double]) -> Double {
    guard reference.count == 2 else {
      return points.reduce(0) { max($0, $1[0] - reference[0]) }
    }
    var reached = reference[1]
    var sum = 0.0
    for point in points.sorted(by: { $0[0] > $1[0] }) where point[1] > reached {
      sum += (point[0] - reference[0]) * (point[1] - reached)
      reached = point[1]
    }
    return sum
  }

  /// A reference point below what matters of a front.
  ///
  /// The worst value of each objective on the front, lowered by a tenth of the front's range in it;
  /// of a front of one point, by a tenth of the range of all points.
  ///
  /// Reference: Ishibuchi et al., "Reference point specification in hypervolume calculation for fair
  /// comparison", GECCO 2017; pytorch/botorch botorch/utils/multi_objective/hypervolume.py,
  /// `infer_reference_point` (scale 0.1).
  ///
  /// - Parameter all: the points of which this is the front, at least one.
  public func inferredReference(among all: [[Double]]) -> [Double] {
    guard let first = points.first else { return [] }
    return first.indices.map { objective in
      let own = points.map { $0[objective] }
      let worst = own.min() ?? 0
      var range = (own.max() ?? 0) - worst
      if range == 0 {
        let everyone = all.map { $0[objective] }
        range = (everyone.max() ?? 0) - (everyone.min() ?? 0)
      }
      return worst - 0.1 * (range > 0 ? range : 1)
    }
  }
}
