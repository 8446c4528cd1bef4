import LinearAlgebra
import Testing

@testable import PEFTMethods

@Suite struct LargestEntriesTests {
  /// A full sort by magnitude, of equal ones the earlier.
  private func sorted(_ count: Int, _ matrices: [[Float]]) -> [[Int]] {
    let all = matrices.enumerated().flatMap { map, values in
      values.indices.map { (map: map, index: $0, size: abs(values[$0])) }
    }
    let order = all.indices.sorted { (all[$1].size, $0) < (all[$0].size, $1) }
    let chosen = Set(order.prefix(count))
    return matrices.indices.map { map in
      all.indices.filter { chosen.contains($0) && all[$0].map == map }.map { all[$0].index }
    }
  }

  @Test(arguments: [0, 1, 7, 150, 299, 300])
  func equalsASort(count: Int) {
    var random = CounterRandom(RandomKey(seed: 4).derived(count))
    let matrices: [[Float]] = [100, 0, 200].map { size in
      (0..<size).map { _ in Float(random.normal()) }
    }
    #expect(LargestEntries.choose(count, of: matrices) == sorted(count, matrices))
  }

  /// Few different values, zeros of both signs among them, so that the limit falls on ties.
  @Test(arguments: [1, 5, 20, 39])
  func ofEqualOnesTheEarlierAreChosen(count: Int) {
    let values: [Float] = [
      0, -0.0, 1, -1, 2, -2, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
    ]
    let matrices: [[Float]] = [5, 3].map { step in (0..<20).map { values[$0 * step % 8] } }
    #expect(LargestEntries.choose(count, of: matrices) == sorted(count, matrices))
  }
}
