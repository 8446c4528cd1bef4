internal import Foundation

/// Student's t distribution.
///
/// P(T ≤ t) = 1 − I_{ν/(ν+t²)}(ν/2, 1/2) / 2 for t ≥ 0 with ν degrees of freedom.
public struct StudentDistribution: Hashable, Sendable {
  /// ν > 0.
  public let degrees: Double

  public init(degrees: Double) {
    precondition(degrees > 0, "StudentDistribution: degrees must be positive, got \(degrees)")
    self.degrees = degrees
  }

  /// P(T ≤ t).
  public func cumulative(_ t: Double) -> Double {
    let tail = 0.5 * IncompleteBeta.value(degrees / (degrees + t * t), degrees / 2, 0.5)
    return t > 0 ? 1 - tail : tail
  }

  /// The t with P(T ≤ t) = p, for 0 < p < 1.
  public func quantile(_ p: Double) -> Double {
    precondition(p > 0 && p < 1, "StudentDistribution.quantile: 0 < p < 1, got \(p)")
    if p == 0.5 { return 0 }
    let tail = min(p, 1 - p)
    // Near the centre ν/(ν+t²) is near 1, where its complement t²/(ν+t²) keeps the digits.
    let size: Double
    if tail > 0.25 {
      let y = IncompleteBeta.inverse(1 - 2 * tail, 0.5, degrees / 2)
      size = (degrees * y / (1 - y)).squareRoot()
    } else {
      let x = IncompleteBeta.inverse(2 * tail, degrees / 2, 0.5)
      size = (degrees * (1 - x) / x).squareRoot()
    }
    return p < 0.5 ? -size : size
  }
}
