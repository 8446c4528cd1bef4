import Foundation
import LinearAlgebra

/// The log density of the observed scores, as a function of the hyper-parameters.
///
/// log p(y | θ) = −½ rᵀ K⁻¹ r − ½ log |K| − n/2 log 2π,  r = y − mean,
/// K = s² · Matérn-5/2(Σ D/ℓ² over ordered) · Hamming(Σ D/ℓ² over unordered) + σ² I.
///
/// The squared distances D of all pairs are computed once, [d, n(n−1)/2]; each evaluation is then two
/// matrix-vector products, n²/2 exponentials and one Cholesky factorisation. Gradient:
/// ∂/∂θ = ½ tr((α αᵀ − K⁻¹) ∂K/∂θ), α = K⁻¹ r.
///
/// Reference: Rasmussen and Williams 2006, equations 5.8 and 5.9.
public struct MarginalLikelihood: Sendable {
  /// One factor of the product kernel.
  private struct Factor: Sendable {
    let kernel: any Kernel.Type
    let dimensions: [Int]
    /// [dimensions.count, pairs].
    let distances: Matrix
  }

  private let factors: [Factor]
  /// Of each pair (`RelatedTask`); nil where all are 1.
  private let taskFactors: [Double]?
  private let targets: [Double]
  private let dimensions: Int

  /// - Parameter targets: the standardised scores, one for each point.
  /// - Throws: `GaussianProcessError.noData`, `.wrongTargetCount`, `.targetNotFinite`.
  public init(
    inputs: EncodedInputs, targets: [Double]
  ) throws(GaussianProcessError) {
    try Self.check(inputs, targets)
    let embedding = Embedding(inputs)
    let pairs = inputs.count * (inputs.count - 1) / 2
    factors = ProductKernel.factors(inputs.kinds).map { kernel, _, members in
      Factor(
        kernel: kernel, dimensions: members,
        distances: Matrix(
          rows: members.count, columns: pairs,
          values: members.flatMap { embedding.pairDistances(dimension: $0) }))
    }
    taskFactors = embedding.pairTaskFactors
    self.targets = targets
    dimensions = inputs.dimensions
  }

  static func check(
    _ inputs: EncodedInputs, _ targets: [Double]
  ) throws(GaussianProcessError) {
    guard inputs.count > 0 else { throw .noData }
    guard inputs.count == targets.count else {
      throw .wrongTargetCount(points: inputs.count, targets: targets.count)
    }
    for (index, target) in targets.enumerated() where !target.isFinite {
      throw .targetNotFinite(point: index, value: target)
    }
  }

  /// log p(y | θ) and its gradient by θ (`Hyperparameters.logarithmic`, d + 3 numbers).
  ///
  /// - Throws: `GaussianProcessError.factorisation`.
  public func evaluate(
    _ theta: [Double]
  ) throws(GaussianProcessError) -> (value: Double, gradient: [Double]) {
    let hyper = Hyperparameters(logarithmic: theta)
    let weights = hyper.lengthScales.map { 1 / ($0 * $0) }
    let correlations = factors.map { factor in
      factor.kernel.correlation(
        factor.distances.times(factor.dimensions.map { weights[$0] }, .transposed))
    }
    let pairs = targets.count * (targets.count - 1) / 2
    var covariance =
      taskFactors?.map { hyper.signalVariance * $0 }
      ?? Array(repeating: hyper.signalVariance, count: pairs)
    for correlation in correlations {
      for pair in 0..<pairs { covariance[pair] *= correlation.values[pair] }
    }
    let root = try Self.factorise(covariance, hyper, count: targets.count)
    let residuals = targets.map { $0 - hyper.mean }
    let alpha = root.solve(residuals)
    let fit = zip(residuals, alpha).reduce(0) { $0 + $1.0 * $1.1 }
    let constant = Double(targets.count) * log(2 * Double.pi)
    let value = -0.5 * (fit + root.logDeterminant + constant)
    return (
      value,
      gradient(
        hyper, weights, correlations, covariance, alpha: alpha, inverse: root.inverse())
    )
  }

  private static func factorise(
    _ pairs: [Double], _ hyper: Hyperparameters, count: Int
  ) throws(GaussianProcessError) -> Cholesky {
    var matrix = Matrix(rows: count, columns: count)
    var place = 0
    for i in 0..<count {
      for j in 0..<i {
        matrix[i, j] = pairs[place]
        matrix[j, i] = pairs[place]
        place += 1
      }
      matrix[i, i] = hyper.signalVariance + hyper.noiseVariance
    }
    do {
      return try Cholesky(matrix)
    } catch {
      throw .factorisation(error)
    }
  }

  private func gradient(
    _ hyper: Hyperparameters, _ weights: [Double],
    _ correlations: [(values: [Double], slopes: [Double])], _ covariance: [Double],
    alpha: [Double], inverse: Matrix
  ) -> [Double] {
    var sensitivity = covariance
    var place = 0
    var diagonal = 0.0
    for i in alpha.indices {
      for j in 0..<i {
        sensitivity[place] = alpha[i] * alpha[j] - inverse[i, j]
        place += 1
      }
      diagonal += 0.5 * (alpha[i] * alpha[i] - inverse[i, i])
    }
    var result = Array(repeating: 0.0, count: dimensions + 3)
    for (index, factor) in factors.enumerated() {
      var chain = sensitivity
      if let taskFactors { for pair in chain.indices { chain[pair] *= taskFactors[pair] } }
      for pair in chain.indices {
        chain[pair] *= hyper.signalVariance * correlations[index].slopes[pair]
      }
      for (other, correlation) in correlations.enumerated() where other != index {
        for pair in chain.indices { chain[pair] *= correlation.values[pair] }
      }
      for (dimension, slope) in zip(factor.dimensions, factor.distances.times(chain)) {
        result[dimension] = -2 * weights[dimension] * slope
      }
    }
    let signal = zip(sensitivity, covariance).reduce(0) { $0 + $1.0 * $1.1 }
    result[dimensions] = signal + diagonal * hyper.signalVariance
    result[dimensions + 1] = diagonal * hyper.noiseVariance
    result[dimensions + 2] = alpha.reduce(0, +)
    return result
  }
}
