import Foundation
public import LinearAlgebra

/// The logarithm of the expected improvement of the function over the incumbent.
///
/// a(x) = log E[max(f(x) − y*, 0)] = log h((μ(x) − y*) / σ(x)) + log σ(x),  h(z) = φ(z) + z Φ(z).
///
/// The logarithm has a useful gradient where the improvement itself underflows. f is the function
/// without noise; for noisy scores y* is the best posterior mean over the points tried (see
/// `incumbent(of:at:)`), never the luckiest score.
///
/// σ² is floored at 10⁻¹² (in standardised units), as in BoTorch.
///
/// Reference: Ament et al., arXiv 2310.20708; pytorch/botorch botorch/acquisition/analytic.py,
/// `LogExpectedImprovement`.
public struct LogExpectedImprovement: AcquisitionFunction {
  public static let name = "log-ei"
  public static let reference = "Ament et al., NeurIPS 2023, arXiv 2310.20708"

  static let varianceFloor = 1e-12

  private let model: GaussianProcess
  private let incumbent: Double

  public var knownObjectives: Int { 0 }

  /// For a model of the scores; the incumbent is what is to be beaten, in the model's units.
  public init(model: GaussianProcess, incumbent: Double) {
    self.model = model
    self.incumbent = incumbent
  }

  /// The best posterior mean over the points that the model was told about, those of other
  /// functions (`RelatedTask`) apart.
  ///
  /// With noisy scores the highest one is too high by selection; its expectation under the model is
  /// shrunk by exactly the noise that was learned.
  ///
  /// Reference: Picheny, Wagner, Ginsbourger, "A benchmark of kriging-based infill criteria for
  /// noisy optimization", 2013, section 3 (plug-in of the kriging mean).
  public static func incumbent(of model: GaussianProcess) -> Double {
    zip(model.posterior(at: model.inputs).means, model.inputs.tasks)
      .filter(\.1.isOwn).map(\.0).max() ?? model.hyperparameters.mean
  }

  public func values(at points: EncodedInputs, known: Matrix) -> [Double] {
    let posterior = model.posterior(at: points)
    return zip(posterior.means, posterior.variances).map { mean, variance in
      let deviation = max(variance, Self.varianceFloor).squareRoot()
      return SpecialFunctions.logImprovement((mean - incumbent) / deviation).value
        + log(deviation)
    }
  }

  public func value(
    atPoint point: EncodedInputs, known: [Double]
  ) -> (value: Double, gradient: [Double]) {
    let posterior = model.posterior(atPoint: point)
    let deviation = max(posterior.variance, Self.varianceFloor).squareRoot()
    let z = (posterior.mean - incumbent) / deviation
    let improvement = SpecialFunctions.logImprovement(z)
    let isFloored = posterior.variance <= Self.varianceFloor
    let gradient = zip(posterior.meanGradient, posterior.varianceGradient).map { mean, variance in
      let slope = isFloored ? 0 : variance / (2 * deviation)
      return (improvement.derivative * (mean - z * slope) + slope) / deviation
    }
    return (improvement.value + log(deviation), gradient)
  }
}
