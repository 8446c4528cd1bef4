public import LinearAlgebra

extension Tape {
  /// A matrix product: op(a) · op(b), [M, K] · [K, N] → [M, N], each operand as stored or
  /// transposed.
  public func matmul(
    _ a: Tensor, _ b: Tensor, transposeA: BLAS.Transpose = .none,
    transposeB: BLAS.Transpose = .none
  ) -> Tensor {
    let (rows, inner) = transposeA == .none ? (a.rows, a.columns) : (a.columns, a.rows)
    let (depth, columns) = transposeB == .none ? (b.rows, b.columns) : (b.columns, b.rows)
    precondition(
      inner == depth,
      "matmul: a \(a.shape) (\(transposeA)) and b \(b.shape) (\(transposeB)) do not fit:"
        + " inner extents are \(inner) and \(depth)")
    let c = makeTensor(
      Shape(rows, columns), requiresGradient: a.requiresGradient || b.requiresGradient)
    BLAS.multiply(
      a.pointer, transposeA, stride: a.columns, b.pointer, transposeB, stride: b.columns,
      into: c.pointer, stride: columns, rows: rows, columns: columns, inner: inner)
    endOperation(.products)
    if c.requiresGradient {
      record(
        MatmulOperation(output: c, a: a, b: b, transposeA: transposeA, transposeB: transposeB))
    }
    return c
  }
}

private struct MatmulOperation: Operation {
  static var stage: WorkStage { .products }

  let output: Tensor
  let a: Tensor
  let b: Tensor
  let transposeA: BLAS.Transpose
  let transposeB: BLAS.Transpose

  /// d op(a) = dc op(b)ᵀ and d op(b) = op(a)ᵀ dc, transposed back where the operand was.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    let (rows, columns) = (output.rows, output.columns)
    let inner = transposeA == .none ? a.columns : a.rows
    if let target = tape.target(for: a) {
      if transposeA == .none {
        BLAS.multiply(
          gradient.pointer, .none, stride: columns, b.pointer, transposeB.flipped,
          stride: b.columns, into: target.pointer, stride: inner, rows: rows, columns: inner,
          inner: columns, beta: target.beta)
      } else {
        BLAS.multiply(
          b.pointer, transposeB, stride: b.columns, gradient.pointer, .transposed,
          stride: columns, into: target.pointer, stride: rows, rows: inner, columns: rows,
          inner: columns, beta: target.beta)
      }
    }
    if let target = tape.target(for: b) {
      if transposeB == .none {
        BLAS.multiply(
          a.pointer, transposeA.flipped, stride: a.columns, gradient.pointer, .none,
          stride: columns, into: target.pointer, stride: columns, rows: inner, columns: columns,
          inner: rows, beta: target.beta)
      } else {
        BLAS.multiply(
          gradient.pointer, .transposed, stride: columns, a.pointer, transposeA,
          stride: a.columns, into: target.pointer, stride: inner, rows: columns, columns: inner,
          inner: rows, beta: target.beta)
      }
    }
  }
}

extension BLAS.Transpose {
  var flipped: BLAS.Transpose { self == .none ? .transposed : .none }
}
