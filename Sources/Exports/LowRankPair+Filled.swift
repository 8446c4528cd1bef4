import NeuralNets

extension CanonicalForm.LowRankPair {
  /// The same update s · B A with a larger inner width and another scale.
  ///
  /// A gets rows of zeros, B columns of zeros and the factor s / s'. Equal scales leave B bit for
  /// bit as it is.
  /// - Parameters:
  ///   - larger: at least the own rank.
  ///   - newScale: s', not 0.
  func filled(to larger: Int, scale newScale: Float) -> CanonicalForm.LowRankPair {
    precondition(larger >= rank && newScale != 0, "LowRankPair.filled: \(larger) < \(rank)")
    let factor = scale == newScale ? 1 : scale / newScale
    let columns = (0..<outputWidth).flatMap { (row: Int) -> [Float] in
      b[row * rank..<(row + 1) * rank].map { factor * $0 }
        + Array(repeating: 0, count: larger - rank)
    }
    return CanonicalForm.LowRankPair(
      a: a + Array(repeating: 0, count: (larger - rank) * inputWidth), b: columns, rank: larger,
      inputWidth: inputWidth, outputWidth: outputWidth, scale: newScale)
  }
}
