import Foundation
public import LinearAlgebra

/// The logarithm of the expected gain in hypervolume when no score is certain.
///
///     a(x) = log E_F[ E[HV(P_F ∪ {(f(x), c(x))}) − HV(P_F) | F] ]
///
/// F are the function's values at all points tried and pending, drawn jointly from the model; P_F is
/// the front that they make with the known objectives. Given F, f(x) is normal with a mean that
/// depends on F and a variance that does not, and the inner expectation is exact
/// (`SampledFronts`); the outer one is a mean over `samples` scrambled Sobol draws. Pending points
/// take part in F, so a batch is chosen greedily, one point after the other, as qNEHVI does.
///
/// The baseline's values carry a nugget of 10⁻⁶ of the signal variance, in their draws and in what is
/// conditioned on them alike, so that close points do not make the covariance singular.
///
/// Complexity: n³ + n² samples once, n² + n · samples for each point asked.
///
/// Reference: Daulton, Balandat, Bakshy, "Parallel Bayesian optimization of multiple noisy objectives
/// with expected hypervolume improvement", NeurIPS 2021, arXiv 2105.08195, equation 3; Ament et al.,
/// arXiv 2310.20708 (logarithmic form).
public struct LogNoisyExpectedHypervolumeImprovement: AcquisitionFunction {
  public static let name = "log-nehvi"
  public static let reference = "Daulton et al., NeurIPS 2021, arXiv 2105.08195"

  /// Draws of the baseline; BoTorch's 128 draw the candidate too, which is exact here.
  public static let defaultSamples = 64
  static let nugget = 1e-6

  /// What is known of the points tried and pending beside their scores.
  public struct Baseline: Sendable {
    /// Points without a score yet.
    public var pending: EncodedInputs
    /// The known objectives of the model's points, then of the pending ones; nil for points that are
    /// no contenders (their training failed).
    public var known: [[Double]?]

    public init(pending: EncodedInputs, known: [[Double]?]) {
      self.pending = pending
      self.known = known
    }
  }

  private let latent: ConditionedDraws
  private let fronts: SampledFronts

  public var knownObjectives: Int { fronts.known }

  /// - Parameters:
  ///   - reference: of the score, in the model's units, then of the known objectives.
  ///   - key: decides the Sobol scrambling.
  /// - Throws: `GaussianProcessError.factorisation`.
  public init(
    model: GaussianProcess, baseline: Baseline, reference: [Double],
    samples: Int = defaultSamples, key: RandomKey
  ) throws(GaussianProcessError) {
    let points = model.inputs.appending(baseline.pending)
    precondition(
      baseline.known.count == points.count,
      "LogNoisyExpectedHypervolumeImprovement: \(points.count) points need as many known objectives"
    )
    latent = try ConditionedDraws(
      model, at: points, nugget: Self.nugget, samples: samples, key: key)
    let draws = latent.draws
    let fronts = (0..<samples).map { sample in
      baseline.known.indices.compactMap { index in
        baseline.known[index].map { [draws[index, sample]] + $0 }
      }
    }
    self.fronts = SampledFronts(fronts, reference: reference)
  }

  public func values(at points: EncodedInputs, known: Matrix) -> [Double] {
    let posterior = latent.posterior(at: points)
    return posterior.deviations.indices.map { index in
      fronts.logExpectation(
        means: posterior.means.row(index), deviation: posterior.deviations[index],
        place: known.row(index))
    }
  }

  public func value(
    atPoint point: EncodedInputs, known: [Double]
  ) -> (value: Double, gradient: [Double]) {
    let posterior = latent.posterior(atPoint: point)
    let local = fronts.slopes(
      means: posterior.means[...], deviation: posterior.deviation, place: known[...])
    let byMeans = posterior.meanGradients.times(local.byMean)
    let gradient = zip(byMeans, posterior.deviationGradient).map { means, deviation in
      means + local.byDeviation * deviation
    }
    return (local.value, gradient)
  }
}
