import Foundation

/// All that a fit chooses, in the units of the standardised score.
public struct Hyperparameters: Sendable, Equatable {
  /// ℓ, one for each input dimension, in units of its encoded range.
  public var lengthScales: [Double]
  /// s², the variance of the function.
  public var signalVariance: Double
  /// σ², the variance of one score around the function.
  public var noiseVariance: Double
  /// The constant that the function returns to far from all data.
  public var mean: Double

  public init(
    lengthScales: [Double], signalVariance: Double, noiseVariance: Double, mean: Double
  ) {
    self.lengthScales = lengthScales
    self.signalVariance = signalVariance
    self.noiseVariance = noiseVariance
    self.mean = mean
  }

  /// θ = (log ℓ₁ … log ℓ_d, log s², log σ², mean), the unconstrained form; count d + 3.
  public var logarithmic: [Double] {
    lengthScales.map { log($0) }
      + [log(signalVariance), log(noiseVariance), mean]
  }

  /// From θ.
  public init(logarithmic theta: [Double]) {
    precondition(
      theta.count >= 3, "Hyperparameters: at least 3 numbers expected, got \(theta.count)")
    let d = theta.count - 3
    self.init(
      lengthScales: theta[..<d].map { exp($0) }, signalVariance: exp(theta[d]),
      noiseVariance: exp(theta[d + 1]), mean: theta[d + 2])
  }
}
