import Foundation
public import LinearAlgebra

/// The logarithm of the expected gain in hypervolume over a fixed front, exact.
///
/// a(x) = log E[HV(front ∪ {(f(x), c(x))}) − HV(front)], with f(x) ~ N(μ(x), σ²(x)) from the model of
/// the scores and the known objectives c(x): see `SampledFronts`.
///
/// For scores without noise, or with a front of posterior means in the place of the scores.
///
/// Reference: Yang et al., J. Global Optim. 75, 2019 (closed form by boxes); Ament et al., arXiv
/// 2310.20708 (logarithmic form).
public struct LogExpectedHypervolumeImprovement: AcquisitionFunction {
  public static let name = "log-ehvi"
  public static let reference = "Yang et al., J. Global Optim. 75, 2019"

  private let model: GaussianProcess
  private let fronts: SampledFronts

  public var knownObjectives: Int { fronts.known }

  /// - Parameters:
  ///   - front: points of the score (in the model's units) and the known objectives, all maximised.
  ///   - reference: as many values; what counts lies above all of them.
  public init(model: GaussianProcess, front: [[Double]], reference: [Double]) {
    self.model = model
    fronts = SampledFronts([front], reference: reference)
  }

  public func values(at points: EncodedInputs, known: Matrix) -> [Double] {
    let posterior = model.posterior(at: points)
    return posterior.means.indices.map { index in
      fronts.logExpectation(
        means: posterior.means[index...index],
        deviation: max(posterior.variances[index], LogExpectedImprovement.varianceFloor)
          .squareRoot(), place: known.row(index))
    }
  }

  public func value(
    atPoint point: EncodedInputs, known: [Double]
  ) -> (value: Double, gradient: [Double]) {
    let posterior = model.posterior(atPoint: point)
    let isFloored = posterior.variance <= LogExpectedImprovement.varianceFloor
    let deviation = max(posterior.variance, LogExpectedImprovement.varianceFloor).squareRoot()
    let local = fronts.slopes(means: [posterior.mean], deviation: deviation, place: known[...])
    let gradient = zip(posterior.meanGradient, posterior.varianceGradient).map { mean, variance in
      local.byMean[0] * mean
        + (isFloored ? 0 : local.byDeviation * variance / (2 * deviation))
    }
    return (local.value, gradient)
  }
}
