internal import Foundation
internal import LinearAlgebra

/// The standard normal distribution.
public enum NormalDistribution {
  /// Φ(z).
  public static func cumulative(_ z: Double) -> Double {
    SpecialFunctions.normalDistribution(z)
  }

  /// Φ⁻¹(p); −∞ and ∞ at 0 and 1.
  ///
  /// A rational start (Abramowitz and Stegun 26.2.23, error below 4.5e-4), then Halley's iteration
  /// on Φ until it stands still: four steps at most.
  public static func quantile(_ p: Double) -> Double {
    precondition(p >= 0 && p <= 1, "NormalDistribution.quantile: 0 ≤ p ≤ 1, got \(p)")
    if p == 0 { return -.infinity }
    if p == 1 { return .infinity }
    let tail = min(p, 1 - p)
    let t = (-2 * log(tail)).squareRoot()
    var z =
      (2.515517 + 0.802853 * t + 0.010328 * t * t)
      / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t) - t
    for _ in 0..<6 {
      let error = (cumulative(z) - tail) / SpecialFunctions.normalDensity(z)
      let step = error / (1 + 0.5 * z * error)
      z -= step
      if abs(step) < 1e-15 * max(1, abs(z)) { break }
    }
    return p < 0.5 ? z : -z
  }
}
