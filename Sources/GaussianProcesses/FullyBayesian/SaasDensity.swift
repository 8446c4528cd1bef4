import Foundation

/// The posterior of a Gaussian process whose inputs are believed irrelevant until shown otherwise.
///
///     s² ~ Gamma(2, 0.15)     mean ~ N(0, 1)      σ² = 10⁻⁶ + n,  n ~ Gamma(0.9, 10)
///     τ² ~ HalfCauchy(0.1)    λ_j ~ HalfCauchy(1)      1/ℓ_j² = τ² λ_j
///
/// The unconstrained place is (log s², mean, log n, log τ², log λ_1 … log λ_d), with the Jacobians of
/// the logarithms. Unordered and conditional inputs are those of `ProductKernel`.
///
/// Reference: Eriksson and Jankowiak, "High-dimensional Bayesian optimization with sparse
/// axis-aligned subspaces", UAI 2021, arXiv 2103.00349; priors as in pytorch/botorch
/// botorch/models/fully_bayesian.py, which AutoPEFT uses.
public struct SaasDensity: LogDensity {
  static let noiseFloor = 1e-6
  static let signal = Prior.gamma(shape: 2, rate: 0.15)
  static let mean = Prior.normal(mean: 0, deviation: 1)
  static let noise = Prior.gamma(shape: 0.9, rate: 10)
  static let global = Prior.halfCauchy(scale: 0.1)
  static let local = Prior.halfCauchy(scale: 1)

  private let likelihood: MarginalLikelihood
  private let inputs: Int

  public var dimensions: Int { inputs + 4 }

  /// - Parameter targets: transformed scores, mean near 0 and deviation near 1.
  /// - Throws: `GaussianProcessError.noData`, `.wrongTargetCount`, `.targetNotFinite`.
  public init(inputs: EncodedInputs, targets: [Double]) throws(GaussianProcessError) {
    likelihood = try MarginalLikelihood(inputs: inputs, targets: targets)
    self.inputs = inputs.dimensions
  }

  /// The hyper-parameters at a place.
  public static func hyperparameters(at place: [Double]) -> Hyperparameters {
    Hyperparameters(
      lengthScales: place[4...].map { exp(-0.5 * (place[3] + $0)) }, signalVariance: exp(place[0]),
      noiseVariance: noiseFloor + exp(place[2]), mean: place[1])
  }

  public func evaluate(_ place: [Double]) -> (value: Double, gradient: [Double]) {
    var gradient = Array(repeating: 0.0, count: dimensions)
    let impossible = (-Double.infinity, gradient)
    // Beyond e^±300 the natural parameters or their squares leave the numbers.
    guard place.allSatisfy({ abs($0) < 300 }) else { return impossible }
    let hyper = Self.hyperparameters(at: place)
    guard let fit = try? likelihood.evaluate(hyper.logarithmic) else { return impossible }
    var value = fit.value
    for index in place.indices {
      let prior =
        switch index {
        case 0: Self.signal
        case 1: Self.mean
        case 2: Self.noise
        case 3: Self.global
        default: Self.local
        }
      let natural = index == 1 ? place[1] : exp(place[index])
      let density = prior.logDensity(natural)
      value += density.value + (index == 1 ? 0 : place[index])
      gradient[index] = index == 1 ? density.derivative : density.derivative * natural + 1
    }
    gradient[0] += fit.gradient[inputs]
    gradient[1] += fit.gradient[inputs + 2]
    gradient[2] += fit.gradient[inputs + 1] * exp(place[2]) / hyper.noiseVariance
    for index in 0..<inputs {
      gradient[3] -= 0.5 * fit.gradient[index]
      gradient[4 + index] -= 0.5 * fit.gradient[index]
    }
    guard value.isFinite, gradient.allSatisfy(\.isFinite) else { return impossible }
    return (value, gradient)
  }
}
