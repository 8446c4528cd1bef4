import Foundation

/// The law of one input as weighted places, by which expectations over it become sums.
public struct InputLaw: Sendable, Equatable {
  /// Encoded values: in [0, 1] where ordered, an index where unordered.
  public let places: [Double]
  /// Their probabilities; the sum is 1.
  public let weights: [Double]

  /// A law on some values.
  ///
  /// - Parameter weights: positive, in any unit.
  public init(places: [Double], weights: [Double]) {
    precondition(
      places.count == weights.count && !places.isEmpty && weights.allSatisfy { $0 > 0 },
      "InputLaw: \(places.count) places need as many positive weights, got \(weights.count)")
    let sum = weights.reduce(0, +)
    self.places = places
    self.weights = weights.map { $0 / sum }
  }

  /// The uniform law on [0, 1] by Gauss–Legendre quadrature.
  ///
  /// 48 nodes: exact for polynomials up to degree 95; a squared exponential of length 0.05 is
  /// integrated to 10⁻⁸.
  public static let uniform = gaussLegendre(48)

  /// Nodes are the roots of the Legendre polynomial, by Newton's method from Tricomi's starts.
  static func gaussLegendre(_ count: Int) -> InputLaw {
    var places: [Double] = []
    var weights: [Double] = []
    for index in 0..<count {
      var x = cos(Double.pi * (Double(index) + 0.75) / (Double(count) + 0.5))
      var slope = 1.0
      for _ in 0..<8 {
        var (before, value) = (1.0, x)
        for degree in 2...max(count, 2) where degree <= count {
          let n = Double(degree)
          (before, value) = (value, ((2 * n - 1) * x * value - (n - 1) * before) / n)
        }
        slope = Double(count) * (x * value - before) / (x * x - 1)
        x -= value / slope
      }
      places.append(0.5 * (1 - x))
      weights.append(1 / ((1 - x * x) * slope * slope))
    }
    return InputLaw(places: places, weights: weights)
  }
}
