import Foundation
public import LinearAlgebra

/// What is known of the function, given scores at some points and fixed hyper-parameters.
///
/// f ~ GP(mean, k), y = f(x) + N(0, σ²):
///     μ(x) = mean + k(x, X) α,            α = (K + σ² I)⁻¹ (y − mean)
///     v(x) = k(x, x) − k(x, X) (K + σ² I)⁻¹ k(X, x)
/// v is the variance of f itself, without the noise of a further score.
///
/// Reference: Rasmussen and Williams 2006, equations 2.25 and 2.26. Complexity: n³/3 once, n d + n²
/// for each point asked.
public struct GaussianProcess: Sendable {
  /// μ and v at one or more points.
  public struct Posterior: Sendable, Equatable {
    public let means: [Double]
    public let variances: [Double]
  }

  /// μ and v at one point, with their derivatives by its ordered active inputs (zero elsewhere).
  public struct LocalPosterior: Sendable, Equatable {
    public let mean: Double
    public let variance: Double
    public let meanGradient: [Double]
    public let varianceGradient: [Double]
  }

  public let inputs: EncodedInputs
  /// Standardised scores.
  public let targets: [Double]
  public let kernel: ProductKernel
  private let embedding: Embedding
  private let root: Cholesky
  /// α.
  let alpha: [Double]

  public var hyperparameters: Hyperparameters { kernel.hyperparameters }

  /// - Throws: `GaussianProcessError` for data that do not fit together or are not finite, and when
  ///   the covariance cannot be factorised.
  public init(
    inputs: EncodedInputs, targets: [Double], hyperparameters: Hyperparameters
  ) throws(GaussianProcessError) {
    try MarginalLikelihood.check(inputs, targets)
    guard hyperparameters.lengthScales.count == inputs.dimensions else {
      throw .wrongHyperparameterCount(
        expected: inputs.dimensions, got: hyperparameters.lengthScales.count)
    }
    self.inputs = inputs
    self.targets = targets
    kernel = ProductKernel(hyperparameters)
    embedding = Embedding(inputs)
    var covariance = kernel.covariance(embedding, embedding, kinds: inputs.kinds)
    for i in 0..<inputs.count { covariance[i, i] += hyperparameters.noiseVariance }
    do {
      root = try Cholesky(covariance)
    } catch {
      throw .factorisation(error)
    }
    alpha = root.solve(targets.map { $0 - hyperparameters.mean })
  }

  /// μ and v at each point.
  public func posterior(at points: EncodedInputs) -> Posterior {
    let cross = kernel.covariance(Embedding(points), embedding, kinds: inputs.kinds)
    let means = cross.times(alpha).map { $0 + hyperparameters.mean }
    let half = root.triangularSolve(cross.transposed)
    let variances = half.columnSquares.map { max(hyperparameters.signalVariance - $0, 0) }
    return Posterior(means: means, variances: variances)
  }

  /// μ at each point, without the work for v.
  public func means(at points: EncodedInputs) -> [Double] {
    kernel.covariance(Embedding(points), embedding, kinds: inputs.kinds).times(alpha)
      .map { $0 + hyperparameters.mean }
  }

  /// The means at several points and the covariances of the function at them, [n, n].
  public func jointPosterior(at points: EncodedInputs) -> (means: [Double], covariance: Matrix) {
    let own = Embedding(points)
    let cross = kernel.covariance(own, embedding, kinds: inputs.kinds)
    let means = cross.times(alpha).map { $0 + hyperparameters.mean }
    let half = root.triangularSolve(cross.transposed)
    var covariance = kernel.covariance(own, own, kinds: inputs.kinds)
    let removed = Matrix.product(half, .transposed, half, .none)
    for index in covariance.values.indices { covariance.values[index] -= removed.values[index] }
    return (means, covariance)
  }

  /// μ, v and their gradients at a single point.
  public func posterior(atPoint point: EncodedInputs) -> LocalPosterior {
    precondition(
      point.count == 1, "GaussianProcess.posterior(atPoint:): one point, got \(point.count)")
    let (cross, gradients) = kernel.gradient(of: point, embedding)
    let weights = root.solve(cross)
    var mean = hyperparameters.mean
    var variance = hyperparameters.signalVariance
    for j in cross.indices {
      mean += cross[j] * alpha[j]
      variance -= cross[j] * weights[j]
    }
    return LocalPosterior(
      mean: mean, variance: max(variance, 0), meanGradient: gradients.times(alpha),
      varianceGradient: gradients.times(weights).map { -2 * $0 })
  }

  /// The process as it will stand if each pending point gives exactly what is expected of it.
  ///
  /// A fantasy of this kind (kriging believer) leaves every mean as it is and removes the variance
  /// that the pending scores will remove, so that no second proposal is drawn to the same place.
  ///
  /// Reference: Ginsbourger, Le Riche, Carraro, "Kriging is well-suited to parallelize
  /// optimization", 2010, section 4.2.
  public func believing(at pending: EncodedInputs) throws(GaussianProcessError) -> GaussianProcess {
    guard pending.count > 0 else { return self }
    return try GaussianProcess(
      inputs: inputs.appending(pending), targets: targets + posterior(at: pending).means,
      hyperparameters: hyperparameters)
  }
}
