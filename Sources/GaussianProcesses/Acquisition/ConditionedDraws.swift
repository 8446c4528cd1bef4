import Foundation
import LinearAlgebra

/// Joint draws of a process at some points, and the process given each draw.
///
///     F_s = m + L z_s,                                L Lᵀ = Σ + ν I
///     f(x) | F_s ~ N(μ₀ + k(x, B)(K + ν I)⁻¹ (F_s − μ₀),  k(x, x) − k(x, B)(K + ν I)⁻¹ k(B, x))
///
/// m and Σ are the posterior at the points B, z_s standard normal by scrambled Sobol points (plain
/// draws in dimensions beyond those of the sequence). Where B holds every point with a score, F
/// makes the scores themselves irrelevant, hence the prior k in the second line.
struct ConditionedDraws: Sendable {
  /// [points, samples].
  let draws: Matrix
  private let points: EncodedInputs
  private let kernel: ProductKernel
  private let embedding: Embedding
  private let root: Cholesky
  /// (K + ν I)⁻¹ (F − μ₀): [points, samples].
  private let weights: Matrix

  /// - Parameter points: all points of the model, and any others.
  init(
    _ model: GaussianProcess, at points: EncodedInputs, nugget: Double, samples: Int,
    key: RandomKey
  ) throws(GaussianProcessError) {
    self.points = points
    kernel = model.kernel
    embedding = Embedding(points)
    let hyper = model.hyperparameters
    let extra = nugget * hyper.signalVariance
    var posterior = model.jointPosterior(at: points)
    var prior = kernel.covariance(embedding, embedding, kinds: points.kinds)
    for index in 0..<points.count {
      prior[index, index] += extra
      posterior.covariance[index, index] += extra
    }
    let spread: Cholesky
    do {
      root = try Cholesky(prior)
      spread = try Cholesky(posterior.covariance)
    } catch {
      throw .factorisation(error)
    }
    let normals = Self.normals(count: points.count, samples: samples, key: key)
    var draws = Matrix.product(spread.lower, normals)
    var centred = draws
    for index in 0..<points.count {
      for sample in 0..<samples {
        draws[index, sample] += posterior.means[index]
        centred[index, sample] = draws[index, sample] - hyper.mean
      }
    }
    self.draws = draws
    weights = root.solve(centred)
  }

  /// [count, samples] standard normal numbers.
  private static func normals(count: Int, samples: Int, key: RandomKey) -> Matrix {
    let dimensions = min(count, SobolSequence.maximumDimensions)
    let sequence = SobolSequence(dimensions: dimensions, scrambledBy: key.derived("base samples"))
    var source = CounterRandom(key.derived("further dimensions"))
    var result = Matrix(rows: count, columns: samples)
    for sample in 0..<samples {
      for (index, uniform) in sequence[sample].enumerated() {
        result[index, sample] = SpecialFunctions.normalQuantile(uniform)
      }
      for index in dimensions..<count { result[index, sample] = source.normal() }
    }
    return result
  }

  private var varianceFloor: Double { 1e-12 * kernel.hyperparameters.signalVariance }

  /// Means [n, samples] and deviations [n] given each draw.
  func posterior(at candidates: EncodedInputs) -> (means: Matrix, deviations: [Double]) {
    let cross = kernel.covariance(Embedding(candidates), embedding, kinds: points.kinds)
    var means = Matrix.product(cross, weights)
    for index in means.values.indices { means.values[index] += kernel.hyperparameters.mean }
    let half = root.triangularSolve(cross.transposed)
    let variances = half.columnSquares.map { kernel.hyperparameters.signalVariance - $0 }
    return (means, variances.map { max($0, varianceFloor).squareRoot() })
  }

  /// The means, the deviation, and their derivatives by the ordered active inputs.
  struct Local {
    let means: [Double]
    let deviation: Double
    /// [d, samples].
    let meanGradients: Matrix
    let deviationGradient: [Double]
  }

  func posterior(atPoint point: EncodedInputs) -> Local {
    let (cross, gradients) = kernel.gradient(of: point, embedding)
    let solved = root.solve(cross)
    let means = weights.times(cross, .transposed).map { $0 + kernel.hyperparameters.mean }
    let variance =
      kernel.hyperparameters.signalVariance
      - zip(cross, solved).reduce(0) {
        $0 + $1.0 * $1.1
      }
    let deviation = max(variance, varianceFloor).squareRoot()
    let isFloored = variance <= varianceFloor
    return Local(
      means: means, deviation: deviation, meanGradients: Matrix.product(gradients, weights),
      deviationGradient: gradients.times(solved).map { isFloored ? 0 : -$0 / deviation })
  }
}
