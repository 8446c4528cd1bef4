internal import Foundation

/// The χ² distribution.
///
/// P(X > x) = Q(ν/2, x/2), the regularised upper incomplete gamma function: by its series below
/// ν/2 + 1 and by its continued fraction above.
///
/// Reference: Press et al., "Numerical recipes", 3rd edition, section 6.2.
public struct ChiSquareDistribution: Hashable, Sendable {
  /// ν ≥ 1.
  public let degrees: Int

  public init(degrees: Int) {
    precondition(degrees >= 1, "ChiSquareDistribution: degrees must be positive, got \(degrees)")
    self.degrees = degrees
  }

  /// P(X > x).
  public func upperTail(_ x: Double) -> Double {
    if x <= 0 { return 1 }
    let a = Double(degrees) / 2
    let y = x / 2
    let front = exp(a * log(y) - y - lgamma(a))
    return y < a + 1 ? 1 - front * Self.series(a, y) : front * Self.fraction(a, y)
  }

  private static func series(_ a: Double, _ y: Double) -> Double {
    var term = 1 / a
    var sum = term
    var n = a
    while term > 1e-17 * sum {
      n += 1
      term *= y / n
      sum += term
    }
    return sum
  }

  private static func fraction(_ a: Double, _ y: Double) -> Double {
    var b = y + 1 - a
    var c = 1e300
    var d = 1 / b
    var result = d
    for i in 1...10_000 {
      let n = Double(i)
      b += 2
      d = 1 / (n * (a - n) * d + b)
      c = b + n * (a - n) / c
      result *= c * d
      if abs(c * d - 1) < 1e-16 { break }
    }
    return result
  }
}
