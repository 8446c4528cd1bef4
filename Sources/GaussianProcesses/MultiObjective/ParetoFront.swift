/// The points that no other one beats, all objectives maximised.
///
/// a dominates b where a is at least b in every objective and above it in one. Of equal points the
/// first one stands for all.
///
/// Complexity: n log n for two objectives, n² m otherwise.
///
/// Reference: Emmerich and Deutz, "A tutorial on multiobjective optimization: fundamentals and
/// evolutionary methods", Natural Computing 17, 2018, section 2.
public struct ParetoFront: Sendable, Equatable {
  /// Which of the given points they are, ascending.
  public let indices: [Int]
  /// Their objectives, in the order of `indices`.
  public let points: [[Double]]

  /// - Parameter points: n points of m objectives each; none may be NaN.
  public init(_ points: [[Double]]) {
    precondition(
      points.allSatisfy { $0.count == points[0].count && !$0.contains(where: \.isNaN) },
      "ParetoFront: every point needs the same number of objectives, none of them NaN")
    // The best first: what dominates a point stands before it.
    let order = points.indices.sorted { a, b in
      for (x, y) in zip(points[a], points[b]) where x != y { return x > y }
      return a < b
    }
    var chosen: [Int] = []
    if points.first?.count == 2 {
      var best = -Double.infinity
      for index in order where points[index][1] > best || chosen.isEmpty {
        best = points[index][1]
        chosen.append(index)
      }
    } else {
      for index in order where !chosen.contains(where: { Self.covers(points[$0], points[index]) }) {
        chosen.append(index)
      }
    }
    indices = chosen.sorted()
    self.points = indices.map { points[$0] }
  }

  /// Whether a is at least b in every objective.
  static func covers(_ a: [Double], _ b: [Double]) -> Bool {
    zip(a, b).allSatisfy { $0 >= $1 }
  }

  /// The ranks of non-dominated sorting: 0 for the front, 1 for the front of the others, and so on.
  ///
  /// Equal points have equal ranks.
  ///
  /// Reference: Deb et al., "A fast and elitist multiobjective genetic algorithm: NSGA-II", IEEE
  /// Trans. Evol. Comp. 6, 2002, section III.A.
  public static func ranks(_ points: [[Double]]) -> [Int] {
    var ranks = Array(repeating: -1, count: points.count)
    var open = Array(points.indices)
    var rank = 0
    while !open.isEmpty {
      let layer = ParetoFront(open.map { points[$0] })
      let members = Set(layer.points)
      for index in open where members.contains(points[index]) { ranks[index] = rank }
      open.removeAll { ranks[$0] >= 0 }
      rank += 1
    }
    return ranks
  }
}
