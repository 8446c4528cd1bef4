/// The elements of largest magnitude among those of several matrices.
enum LargestEntries {
  /// For each matrix the flat indices of its chosen elements, ascending; `count` in all, those of
  /// largest |x|, and of equal ones the earlier.
  ///
  /// Two passes over histograms of the bit patterns find the smallest chosen magnitude exactly: no
  /// copy and no sort. |x| of finite numbers orders as its bits do.
  static func choose<Matrix: RandomAccessCollection<Float>>(
    _ count: Int, of matrices: [Matrix]
  ) -> [[Int]] where Matrix.Index == Int {
    precondition(
      count <= matrices.reduce(0) { $0 + $1.count },
      "LargestEntries: \(count) elements of fewer")
    guard count > 0 else { return matrices.map { _ in [] } }
    var high = [Int](repeating: 0, count: 1 << 15)
    for matrix in matrices { for value in matrix { high[Int(bits(value) >> 16)] += 1 } }
    let (top, above) = bin(high, holding: count)
    var low = [Int](repeating: 0, count: 1 << 16)
    for matrix in matrices {
      for value in matrix where Int(bits(value) >> 16) == top {
        low[Int(bits(value) & 0xFFFF)] += 1
      }
    }
    let (rest, within) = bin(low, holding: count - above)
    let limit = UInt32(top << 16 | rest)
    var ties = count - above - within
    return matrices.map { matrix in
      matrix.indices.filter { index in
        let own = bits(matrix[index])
        if own == limit, ties > 0 {
          ties -= 1
          return true
        }
        return own > limit
      }
    }
  }

  private static func bits(_ value: Float) -> UInt32 { value.bitPattern & 0x7FFF_FFFF }

  /// The bin, counted from the largest, in which the number reaches `count`, and how many lie above.
  private static func bin(_ histogram: [Int], holding count: Int) -> (bin: Int, above: Int) {
    var above = 0
    for bin in histogram.indices.reversed() {
      if above + histogram[bin] >= count { return (bin, above) }
      above += histogram[bin]
    }
    return (0, above)
  }
}
