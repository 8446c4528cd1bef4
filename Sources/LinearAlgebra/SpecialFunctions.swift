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

  /// Φ⁻¹(p) for 0 < p < 1, to about 15 digits.
  ///
  /// Rational approximations of degree 7: in q = p − ½ in the middle, in r = √(−log min(p, 1 − p))
  /// in the tails.
  ///
  /// Reference: Wichura, "Algorithm AS 241: the percentage points of the normal distribution",
  /// Applied Statistics 37, 1988 (routine PPND16).
  public static func normalQuantile(_ p: Double) -> Double {
    precondition(p > 0 && p < 1, "SpecialFunctions.normalQuantile: 0 < p < 1 needed, got \(p)")
    let q = p - 0.5
    if abs(q) <= 0.425 { return q * ratio(NormalQuantile.middle, at: 0.180625 - q * q) }
    let r = (-Double.log(q < 0 ? p : 1 - p)).squareRoot()
    let tail =
      r <= 5 ? ratio(NormalQuantile.near, at: r - 1.6) : ratio(NormalQuantile.far, at: r - 5)
    return q < 0 ? -tail : tail
  }

  /// The quotient of two polynomials with rising coefficients.
  private static func ratio(
    _ coefficients: (above: [Double], below: [Double]), at x: Double
  ) -> Double {
    let above = coefficients.above.reversed().reduce(0) { $0 * x + $1 }
    let below = coefficients.below.reversed().reduce(0) { $0 * x + $1 }
    return above / below
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

/// The coefficients of AS 241, from the constant term up.
private enum NormalQuantile {
  static let middle = (
    above: [
      3.387_132_872_796_366_608_0, 1.331_416_678_917_843_774_5e2, 1.971_590_950_306_551_442_7e3,
      1.373_169_376_550_946_112_5e4, 4.592_195_393_154_987_145_7e4, 6.726_577_092_700_870_085_3e4,
      3.343_057_558_358_812_810_5e4, 2.509_080_928_730_122_672_7e3,
    ],
    below: [
      1, 4.231_333_070_160_091_125_2e1, 6.871_870_074_920_579_083_0e2,
      5.394_196_021_424_751_107_7e3,
      2.121_379_430_158_659_586_7e4, 3.930_789_580_009_271_061_0e4, 2.872_908_573_572_194_267_4e4,
      5.226_495_278_852_854_561_0e3,
    ]
  )
  static let near = (
    above: [
      1.423_437_110_749_683_577_34, 4.630_337_846_156_545_295_90, 5.769_497_221_460_691_405_50,
      3.647_848_324_763_204_605_04, 1.270_458_252_452_368_382_58, 2.417_807_251_774_506_117_70e-1,
      2.272_384_498_926_918_458_33e-2, 7.745_450_142_783_414_076_40e-4,
    ],
    below: [
      1, 2.053_191_626_637_758_821_87, 1.676_384_830_183_803_849_40,
      6.897_673_349_851_000_045_50e-1,
      1.481_039_764_274_800_745_90e-1, 1.519_866_656_361_645_719_66e-2,
      5.475_938_084_995_344_946_00e-4, 1.050_750_071_644_416_843_24e-9,
    ]
  )
  static let far = (
    above: [
      6.657_904_643_501_103_777_20, 5.463_784_911_164_114_369_90, 1.784_826_539_917_291_335_80,
      2.965_605_718_285_048_912_30e-1, 2.653_218_952_657_612_309_30e-2,
      1.242_660_947_388_078_438_60e-3, 2.711_555_568_743_487_578_15e-5,
      2.010_334_399_292_288_132_65e-7,
    ],
    below: [
      1, 5.998_322_065_558_879_376_90e-1, 1.369_298_809_227_358_053_10e-1,
      1.487_536_129_085_061_485_25e-2, 7.868_691_311_456_132_591_00e-4,
      1.846_318_317_510_054_681_80e-5, 1.421_511_758_316_445_888_70e-7,
      2.044_263_103_389_939_785_64e-15,
    ]
  )
}
