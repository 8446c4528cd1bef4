import Foundation

/// A density over one hyper-parameter, with its constant.
public enum Prior: Sendable, Equatable {
  /// log x is normal.
  case logNormal(location: Double, scale: Double)
  /// Density ∝ x^(shape − 1) e^(−rate x).
  case gamma(shape: Double, rate: Double)
  case normal(mean: Double, deviation: Double)
  /// Density ∝ 1 / (1 + (x / scale)²) for x > 0.
  case halfCauchy(scale: Double)

  /// log p(x) and its derivative by x.
  public func logDensity(_ x: Double) -> (value: Double, derivative: Double) {
    let logRootTwoPi = 0.5 * log(2 * Double.pi)
    switch self {
    case .logNormal(let location, let scale):
      let z = (log(x) - location) / scale
      return (
        -0.5 * z * z - log(x * scale) - logRootTwoPi, -(z / scale + 1) / x
      )
    case .gamma(let shape, let rate):
      return (
        shape * log(rate) - lgamma(shape) + (shape - 1) * log(x) - rate * x,
        (shape - 1) / x - rate
      )
    case .normal(let mean, let deviation):
      let z = (x - mean) / deviation
      return (-0.5 * z * z - log(deviation) - logRootTwoPi, -z / deviation)
    case .halfCauchy(let scale):
      let square = (x / scale) * (x / scale)
      return (
        log(2 / (Double.pi * scale)) - log1p(square), -2 * (x / scale) / (scale * (1 + square))
      )
    }
  }

  /// Where the density is highest.
  public var mode: Double {
    switch self {
    case .logNormal(let location, let scale): return exp(location - scale * scale)
    case .gamma(let shape, let rate): return max(shape - 1, 0) / rate
    case .normal(let mean, _): return mean
    case .halfCauchy: return 0
    }
  }
}

/// What is believed of the hyper-parameters before any score is seen, and their legal ranges.
///
/// All are for a standardised score and inputs in [0, 1]:
/// - ℓ ~ LogNormal(√2 + ½ log d, √3), ℓ ≥ 0.025: grows with √d, so that the typical distance between
///   two points stays of order one in any dimension (Hvarfner, Hellsten, Nardi, "Vanilla Bayesian
///   optimization performs great in high dimensions", ICML 2024, arXiv 2402.02229; the default of
///   BoTorch since 0.12, botorch/models/utils/gpytorch_modules.py).
/// - σ² ~ LogNormal(−1, 0.7), mode 0.23, σ² ≥ 10⁻⁴: the score of one training on a few hundred
///   validation examples varies by a third to all of what configurations differ by (an accuracy of
///   0.7 on 277 examples has a standard error of 0.028). On simulated mixed spaces with 15 and 40
///   scores it predicted better than LogNormal(−4, 1), BoTorch's default for nearly exact scores,
///   where noise was high, and as well where it was low. The floor, BoTorch's, keeps the covariance
///   well conditioned.
/// - s² ~ Gamma(2, 1): mode 1, the variance of the standardised score (optuna/optuna
///   optuna/_gp/prior.py); within [10⁻³, 10³].
/// - mean ~ Normal(0, 1) (botorch/models/fully_bayesian.py); within [−10, 10].
///
/// Densities are over the natural parameters, without a Jacobian, as in GPyTorch's fits.
public struct HyperparameterPriors: Sendable, Equatable {
  public var lengthScale: Prior
  public var signalVariance: Prior
  public var noiseVariance: Prior
  public var mean: Prior

  public static let lengthScaleRange = 0.025...1e4
  public static let signalVarianceRange = 1e-3...1e3
  public static let noiseVarianceRange = 1e-4...10.0
  public static let meanRange = -10.0...10.0

  /// The defaults for d input dimensions.
  public init(dimensions: Int) {
    lengthScale = .logNormal(
      location: 2.0.squareRoot() + 0.5 * log(Double(max(dimensions, 1))),
      scale: 3.0.squareRoot())
    signalVariance = .gamma(shape: 2, rate: 1)
    noiseVariance = .logNormal(location: -1, scale: 0.7)
    mean = .normal(mean: 0, deviation: 1)
  }

  /// log p(θ), and its gradient by θ in the logarithmic form.
  public func logDensity(_ theta: [Double]) -> (value: Double, gradient: [Double]) {
    let d = theta.count - 3
    var value = 0.0
    var gradient = theta
    for index in theta.indices {
      let prior =
        index < d
        ? lengthScale : index == d ? signalVariance : index == d + 1 ? noiseVariance : mean
      let natural = index == d + 2 ? theta[index] : exp(theta[index])
      let density = prior.logDensity(natural)
      value += density.value
      gradient[index] = density.derivative * (index == d + 2 ? 1 : natural)
    }
    return (value, gradient)
  }

  /// The box of θ.
  static func bounds(dimensions: Int) -> (lower: [Double], upper: [Double]) {
    let positive =
      Array(repeating: lengthScaleRange, count: dimensions)
      + [signalVarianceRange, noiseVarianceRange]
    return (
      positive.map { log($0.lowerBound) } + [meanRange.lowerBound],
      positive.map { log($0.upperBound) } + [meanRange.upperBound]
    )
  }
}
