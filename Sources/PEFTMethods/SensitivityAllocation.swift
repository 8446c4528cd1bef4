/// Which maps get a low-rank pair and which entries train alone, within a budget of numbers.
///
/// At a limit t on the sensitivity a map has n(t) entries above it and costs n(t), or n_d = r (in +
/// out) where n(t) ≥ n_d / α: then it is dense. The cost of all maps grows as t falls; t is the
/// lowest at which it fits the budget.
///
/// Reference: arXiv 2303.08566, section 3.2; ziplab/SPT engine.py.
struct SensitivityAllocation {
  let isDense: [Bool]
  /// Flat indices for each map, ascending: what the budget leaves goes to the most sensitive entries
  /// of maps that are not dense, and where these have no more, of all.
  let entries: [[Int]]

  /// - Parameters:
  ///   - sensitivities: of each map's entries, at least 0.
  ///   - densities: n_d of each map.
  ///   - factor: α.
  init(budget: Int, sensitivities: [[Float]], densities: [Int], factor: Double) {
    func count(_ map: Int, above limit: UInt32) -> Int {
      sensitivities[map].reduce(0) { $0 + ($1.bitPattern > limit ? 1 : 0) }
    }
    func dense(above limit: UInt32) -> (isDense: [Bool], cost: Int) {
      var cost = 0
      let isDense = sensitivities.indices.map { map in
        let own = count(map, above: limit)
        let isDense = own > 0 && Double(own) >= Double(densities[map]) / factor
        cost += isDense ? densities[map] : own
        return isDense
      }
      return (isDense, cost)
    }
    // Bit patterns of numbers from 0 on order as the numbers do.
    var (low, high) = (UInt32(0), Float.infinity.bitPattern)
    while low < high {
      let middle = low + (high - low) / 2
      if dense(above: middle).cost <= budget { high = middle } else { low = middle + 1 }
    }
    let isDense = dense(above: high).isDense
    self.isDense = isDense
    let left = budget - zip(isDense, densities).reduce(0) { $0 + ($1.0 ? $1.1 : 0) }
    let others = sensitivities.indices.map { isDense[$0] ? [] : sensitivities[$0] }
    let room = others.reduce(0) { $0 + $1.count }
    entries = LargestEntries.choose(left, of: left <= room ? others : sensitivities)
  }
}
