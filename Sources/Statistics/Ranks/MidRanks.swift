/// Ranks 1 … n in ascending order, equal values sharing the mean of theirs.
struct MidRanks {
  let ranks: [Double]
  /// Σ (t³ − t) over the groups of t equal values.
  let tieSum: Double

  init(_ values: [Double]) {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = Array(repeating: 0.0, count: values.count)
    var tieSum = 0.0
    var start = 0
    while start < order.count {
      var end = start
      while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
      let size = Double(end - start + 1)
      tieSum += size * size * size - size
      for place in start...end { ranks[order[place]] = Double(start + end) / 2 + 1 }
      start = end + 1
    }
    self.ranks = ranks
    self.tieSum = tieSum
  }
}
