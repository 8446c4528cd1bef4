import NeuralNets

/// What SPT gives a map with many sensitive entries.
enum SensitivityModule {
  /// W + B A,   A: [r, in], B: [out, r].
  case lowRankPair
  /// x Wᵀ + GELU(x Aᵀ + c_a) Bᵀ + c_b, which cannot be folded into W.
  case bottleneck

  /// The numbers of the module at a map: r · (in + out), and r + out biases of a bottleneck.
  func count(rank: Int, map: Linear) -> Int {
    let matrices = rank * (map.inputWidth + map.outputWidth)
    return self == .bottleneck ? matrices + rank + map.outputWidth : matrices
  }
}
