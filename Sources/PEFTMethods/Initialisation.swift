import LinearAlgebra

/// How the values of a new tensor are drawn.
///
/// Values are drawn in row-major order from one stream for each tensor, so the first R rows of a
/// matrix do not depend on how many rows follow.
enum Initialisation {
  case zeros
  /// N(0, deviation²).
  case normal(deviation: Double)
  /// N(0, deviation²) drawn again while |value| > 2 · deviation.
  case truncatedNormal(deviation: Double)
  /// U(−1/√fanIn, 1/√fanIn): Kaiming's uniform with a = √5, PyTorch's default of linear layers.
  case kaiming(fanIn: Int)
  /// U(−bound, bound).
  case uniform(bound: Double)

  /// The first `count` values of a stream.
  func values(_ count: Int, key: RandomKey) -> [Float] {
    var random = CounterRandom(key)
    switch self {
    case .zeros:
      return [Float](repeating: 0, count: count)
    case .normal(let deviation):
      return (0..<count).map { _ in Float(deviation * random.normal()) }
    case .truncatedNormal(let deviation):
      return (0..<count).map { _ in
        var value = random.normal()
        while abs(value) > 2 { value = random.normal() }
        return Float(deviation * value)
      }
    case .kaiming(let fanIn):
      return Self.uniform(bound: 1 / Double(fanIn).squareRoot()).values(count, key: key)
    case .uniform(let bound):
      return (0..<count).map { _ in Float(random.uniform(-bound, bound)) }
    }
  }
}
