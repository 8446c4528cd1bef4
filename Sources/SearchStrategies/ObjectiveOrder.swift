import GaussianProcesses

/// Points with several objectives in an order of merit.
///
/// First by the rank of non-dominated sorting, then by the crowding distance within the rank (the
/// lonely first), then by place. With one objective this is the order of its values.
///
/// Reference: Deb et al., IEEE Trans. Evol. Comp. 6, 2002, section III.
enum ObjectiveOrder {
  /// The indices of the points, the best first.
  static func descending(_ points: [[Double]]) -> [Int] {
    let ranks = ParetoFront.ranks(points)
    let crowding = crowding(points, ranks)
    return points.indices.sorted { (ranks[$0], -crowding[$0], $0) < (ranks[$1], -crowding[$1], $1) }
  }

  /// Σ over objectives of the distance between a point's two neighbours within its rank, in shares of
  /// the rank's range; infinite at the ends.
  private static func crowding(_ points: [[Double]], _ ranks: [Int]) -> [Double] {
    var result = Array(repeating: 0.0, count: points.count)
    for rank in Set(ranks) {
      let members = points.indices.filter { ranks[$0] == rank }
      for objective in points[members[0]].indices {
        let sorted = members.sorted {
          (points[$0][objective], $0) < (points[$1][objective], $1)
        }
        let range = points[sorted[sorted.count - 1]][objective] - points[sorted[0]][objective]
        result[sorted[0]] = .infinity
        result[sorted[sorted.count - 1]] = .infinity
        guard range > 0 else { continue }
        for place in 1..<max(sorted.count - 1, 1) {
          let gap = points[sorted[place + 1]][objective] - points[sorted[place - 1]][objective]
          result[sorted[place]] += gap / range
        }
      }
    }
    return result
  }
}
