import RealModule

/// Functions of the normal distribution that stay accurate in the far tails.
///
/// φ is the standard normal density, Φ its distribution function, R(t) = (1 − Φ(t)) / φ(t) Mills'
/// ratio.
public enum SpecialFunctions {
  /// log √(2π).
  static let logRootTwoPi = 0.918938533204672741780329736406

  /// φ(z).
  public static func normalDensity(_ z: Double) -> Double {
    Double.exp(-0.5 * z * z - logRootTwoPi)
  }

  /// Φ(z) = erfc(−z / √2) / 2.
  public static func normalDistribution(_ z: Double) -> Double {
    0.5 * Double.erfc(-z * 0.5.squareRoot())
  }

  /// Mills' ratio (1 − Φ(t)) / φ(t) for t ≥ 0.
  ///
  /// Below 12 as exp(x²) · erfc(x) · √(π/2) with x = t / √2, the square in two pieces so that the
  /// exponential loses no digits; from 12 on by `millsComplement`.
  public static func millsRatio(_ t: Double) -> Double {
    precondition(t >= 0, "SpecialFunctions.millsRatio: t must not be negative, got \(t)")
    if t >= 12 { return (1 - millsComplement(t)) / t }
    // One rounded x in all factors: the error of rounding it cancels between them.
    let x = t * 0.5.squareRoot()
    let square = x * x
    let remainder = (-square).addingProduct(x, x)
    return Double.exp(square) * (1 + remainder) * Double.erfc(x) * (0.5 * Double.pi).squareRoot()
  }

  /// 1 − t R(t) for t ≥ 0, without the cancellation of that difference.
  ///
  /// From 12 on by the asymptotic series 1/t² − 3/t⁴ + 15/t⁶ − …, whose terms fall below one unit in
  /// the last place long before they grow (the smallest is near e^(−t²/2)).
  static func millsComplement(_ t: Double) -> Double {
    if t < 12 { return 1 - t * millsRatio(t) }
    let step = 1 / (t * t)
    var term = step
    var sum = 0.0
    var factor = 3.0
    while abs(term) > 1e-18 * step {
      sum += term
      term *= -factor * step
      factor += 2
    }
    return sum
  }

  /// log h(z) with h(z) = φ(z) + z Φ(z), and its derivative Φ(z) / h(z).
  ///
  /// σ h((μ − y*) / σ) is the expected improvement over y*. For z < −1 it is
  /// log φ(z) + log(1 − |z| R(|z|)), exact to rounding for every finite z whose square is finite,
  /// so that the gradient never vanishes where h itself underflows.
  ///
  /// Reference: Ament et al., "Unexpected improvements to expected improvement for Bayesian
  /// optimization", NeurIPS 2023, arXiv 2310.20708, equation 9; pytorch/botorch
  /// botorch/acquisition/analytic.py, `_log_ei_helper`.
  public static func logImprovement(_ z: Double) -> (value: Double, derivative: Double) {
    if z > -1 {
      let distribution = normalDistribution(z)
      let improvement = normalDensity(z) + z * distribution
      return (Double.log(improvement), distribution / improvement)
    }
    let t = -z
    let complement = millsComplement(t)
    return (
      -0.5 * z * z - logRootTwoPi + Double.log(complement), millsRatio(t) / complement
    )
  }
}
