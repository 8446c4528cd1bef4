internal import LinearAlgebra

extension Tape {
  /// The inverse of each block: Y_i = X_i⁻¹; x: [n·b, b] → [n·b, b].
  ///
  /// Gauss-Jordan elimination with row pivoting in double precision. A block must be invertible, as
  /// I ± Q is for every skew Q.
  public func invertBlocks(_ x: Tensor) -> Tensor {
    let size = x.columns
    precondition(x.rows % size == 0, "invertBlocks: x \(x.shape) must be [n·b, b]")
    let y = makeTensor(x.shape, requiresGradient: x.requiresGradient)
    for start in stride(from: 0, to: x.count, by: size * size) {
      let inverse = SmallInverse.of(
        (0..<size * size).map { Double(x.values[start + $0]) }, size: size)
      for index in inverse.indices { y.values[start + index] = Float(inverse[index]) }
    }
    if y.requiresGradient { record(BlockInverseOperation(output: y, input: x)) }
    return y
  }
}

private enum SmallInverse {
  /// The inverse of a row-major matrix [size, size].
  static func of(_ matrix: [Double], size: Int) -> [Double] {
    var left = matrix
    var right = [Double](repeating: 0, count: size * size)
    for index in 0..<size { right[index * size + index] = 1 }
    for column in 0..<size {
      let pivot = (column..<size).max {
        abs(left[$0 * size + column]) < abs(left[$1 * size + column])
      }
      if let pivot, pivot != column {
        for index in 0..<size {
          left.swapAt(pivot * size + index, column * size + index)
          right.swapAt(pivot * size + index, column * size + index)
        }
      }
      let scale = 1 / left[column * size + column]
      for index in 0..<size {
        left[column * size + index] *= scale
        right[column * size + index] *= scale
      }
      for row in 0..<size where row != column {
        let factor = left[row * size + column]
        for index in 0..<size {
          left[row * size + index] -= factor * left[column * size + index]
          right[row * size + index] -= factor * right[column * size + index]
        }
      }
    }
    return right
  }
}

private struct BlockInverseOperation: Operation {
  let output: Tensor
  let input: Tensor

  /// dX_i = −Y_iᵀ dY_i Y_iᵀ.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    guard let target = tape.target(for: input) else { return }
    let size = input.columns
    tape.withScratch(size * size) { product in
      for start in stride(from: 0, to: input.count, by: size * size) {
        BLAS.multiply(
          output.pointer + start, .transposed, stride: size, gradient.pointer + start, .none,
          stride: size, into: product, stride: size, rows: size, columns: size, inner: size)
        BLAS.multiply(
          product, .none, stride: size, output.pointer + start, .transposed, stride: size,
          into: target.pointer + start, stride: size, rows: size, columns: size, inner: size,
          alpha: -1, beta: target.beta)
      }
    }
  }
}
