import Foundation
public import LinearAlgebra

/// Finds the hyper-parameters that the scores make most plausible.
///
/// Maximises log p(y | θ) + log p(θ) (maximum a posteriori) by L-BFGS with analytic gradients, from
/// the mode of the prior and from random draws of it, and keeps the best end. The surface has
/// several maxima (short scales with little noise, long scales with much), hence the several starts.
///
/// Reference: Rasmussen and Williams 2006, section 5.4.1; priors: see `HyperparameterPriors`.
public struct HyperparameterFit: Sendable {
  public let hyperparameters: Hyperparameters
  /// log p(y | θ) + log p(θ) there (without the second where no priors were given).
  public let value: Double
  /// The ends of all starts, best first, for diagnosis.
  public let values: [Double]

  /// The default number of starts; on the test problems four find the best of sixteen.
  public static let defaultStarts = 4

  /// - Parameters:
  ///   - priors: nil maximises the likelihood alone, within the same bounds.
  ///   - key: decides the random starts.
  /// - Throws: `GaussianProcessError` for unusable data or when no start has a finite density.
  public init(
    inputs: EncodedInputs, targets: [Double], priors: HyperparameterPriors?,
    starts: Int = HyperparameterFit.defaultStarts, key: RandomKey
  ) throws(GaussianProcessError) {
    let likelihood = try MarginalLikelihood(inputs: inputs, targets: targets)
    let bounds = HyperparameterPriors.bounds(dimensions: inputs.dimensions)
    let optimizer = NonlinearOptimizer(
      .lbfgs, lower: bounds.lower, upper: bounds.upper, valueTolerance: 1e-8, pointTolerance: 1e-6,
      maximumEvaluations: 150)
    let origins = Self.origins(
      priors ?? HyperparameterPriors(dimensions: inputs.dimensions),
      dimensions: inputs.dimensions, count: starts, key: key)
    var ends: [NonlinearOptimizer.Optimum] = []
    for origin in origins {
      let end = optimizer.maximize(from: origin) { theta, gradient in
        guard let density = try? likelihood.evaluate(theta) else { return -Double.infinity }
        let prior = priors?.logDensity(theta)
        for index in gradient.indices {
          gradient[index] = density.gradient[index] + (prior?.gradient[index] ?? 0)
        }
        return density.value + (prior?.value ?? 0)
      }
      if end.value.isFinite { ends.append(end) }
    }
    // Stable: of equal ends the earlier start stands.
    let order = ends.indices.sorted { (-ends[$0].value, $0) < (-ends[$1].value, $1) }
    guard let best = order.first else { throw .fitFailed(starts: origins.count) }
    hyperparameters = Hyperparameters(logarithmic: ends[best].point)
    value = ends[best].value
    values = order.map { ends[$0].value }
  }

  /// The mode of the prior, then draws around it on the logarithmic scale.
  ///
  /// Length scales are drawn within the bulk of their prior (one deviation √3 about its logarithmic
  /// mean would start most draws on the flat side, so half of it about the mode is used), the noise
  /// over its whole prior.
  private static func origins(
    _ priors: HyperparameterPriors, dimensions: Int, count: Int, key: RandomKey
  ) -> [[Double]] {
    let scale = log(priors.lengthScale.mode)
    let noise = log(priors.noiseVariance.mode)
    let mode = Array(repeating: scale, count: dimensions) + [0, noise, 0]
    return (0..<max(count, 1)).map { start in
      guard start > 0 else { return mode }
      var source = CounterRandom(key.derived(start))
      return mode.indices.map { index in
        let spread = index < dimensions ? 0.87 : index == dimensions + 1 ? 1.5 : 0.3
        return mode[index] + spread * source.normal()
      }
    }
  }
}
