public import LinearAlgebra

/// The covariance of mixed inputs: Matérn-5/2 over the ordered times Hamming over the unordered.
///
/// k(x, x') = s² · Matérn-5/2(Σ D/ℓ² over ordered) · Hamming(Σ D/ℓ² over unordered), with the squared
/// distances D of `Embedding`. Between points of different functions it is multiplied by the factor
/// of `RelatedTask`.
public struct ProductKernel: Sendable {
  public let hyperparameters: Hyperparameters
  private let weights: [Double]

  public init(_ hyperparameters: Hyperparameters) {
    self.hyperparameters = hyperparameters
    weights = hyperparameters.lengthScales.map { 1 / ($0 * $0) }
  }

  /// Which correlation is responsible for which dimensions; those without dimensions are left out.
  static func factors(
    _ kinds: [InputKind]
  ) -> [(kernel: any Kernel.Type, kind: InputKind, dimensions: [Int])] {
    let all: [(kernel: any Kernel.Type, kind: InputKind)] = [
      (Matern52.self, .ordered), (Hamming.self, .unordered),
    ]
    return all.map { kernel, kind in
      (kernel, kind, kinds.indices.filter { kinds[$0] == kind })
    }.filter { !$0.dimensions.isEmpty }
  }

  /// The covariances of every point of `a` with every point of `b`: [a.count, b.count].
  public func covariance(_ a: EncodedInputs, _ b: EncodedInputs) -> Matrix {
    covariance(Embedding(a), Embedding(b), kinds: a.kinds)
  }

  func covariance(_ a: Embedding, _ b: Embedding, kinds: [InputKind]) -> Matrix {
    var values: [Double] = []
    values.reserveCapacity(a.count * b.count)
    let factors = Self.factors(kinds)
    for index in 0..<a.count {
      var row = Array(repeating: hyperparameters.signalVariance, count: b.count)
      for factor in factors {
        var distances = Array(repeating: 0.0, count: b.count)
        b.addDistances(
          from: index, of: a, kind: factor.kind, weights: weights, to: &distances)
        let correlation = factor.kernel.correlation(distances).values
        for j in row.indices { row[j] *= correlation[j] }
      }
      b.scaleByTasks(from: index, of: a, &row)
      values += row
    }
    return Matrix(rows: a.count, columns: b.count, values: values)
  }

  /// The covariances of one point with every point of `b`, and their derivatives by the point's
  /// ordered active inputs.
  ///
  /// - Returns: `values`: [b.count]; `gradients`: [d, b.count], zero rows where an input is
  ///   unordered or inactive.
  func gradient(
    of point: EncodedInputs, _ b: Embedding
  ) -> (values: [Double], gradients: Matrix) {
    let origin = Embedding(point)
    var values = Array(repeating: hyperparameters.signalVariance, count: b.count)
    b.scaleByTasks(from: 0, of: origin, &values)
    var slopes = values
    for factor in Self.factors(point.kinds) {
      var distances = Array(repeating: 0.0, count: b.count)
      b.addDistances(from: 0, of: origin, kind: factor.kind, weights: weights, to: &distances)
      let correlation = factor.kernel.correlation(distances)
      let outer = factor.kind == .ordered ? correlation.slopes : correlation.values
      for j in values.indices {
        values[j] *= correlation.values[j]
        slopes[j] *= outer[j]
      }
    }
    var gradients = Matrix(rows: point.dimensions, columns: b.count)
    for dimension in 0..<point.dimensions
    where point.kinds[dimension] == .ordered && point.isActive[dimension] {
      let position = point.values[dimension] - 0.5
      let theirs = b.positions(dimension: dimension)
      for j in 0..<b.count {
        gradients[dimension, j] = slopes[j] * 2 * weights[dimension] * (position - theirs[j])
      }
    }
    return (values, gradients)
  }
}
