internal import LinearAlgebra

extension Tape {
  /// A product of each pair of blocks: C_i = A_i B_i.
  ///
  /// a: [n·p, k] and b: [n·k, q] hold their n matrices one under the other → [n·p, q].
  public func blockMatmul(_ a: Tensor, _ b: Tensor, blocks: Int) -> Tensor {
    precondition(
      blocks > 0 && a.rows % blocks == 0 && b.rows == blocks * a.columns,
      "blockMatmul: a \(a.shape) and b \(b.shape) do not hold \(blocks) factors [p, k] and [k, q]")
    let c = makeTensor(
      Shape(a.rows, b.columns), requiresGradient: a.requiresGradient || b.requiresGradient)
    let (rows, inner, columns) = (a.rows / blocks, a.columns, b.columns)
    for block in 0..<blocks {
      BLAS.multiply(
        a.pointer + block * rows * inner, .none, stride: inner,
        b.pointer + block * inner * columns, .none, stride: columns,
        into: c.pointer + block * rows * columns, stride: columns, rows: rows, columns: columns,
        inner: inner)
    }
    if c.requiresGradient {
      record(BlockMatmulOperation(output: c, a: a, b: b, blocks: blocks))
    }
    return c
  }

  /// The product with a transposed matrix of diagonal blocks: Y = X Rᵀ, R = diag(R_1 … R_n).
  ///
  /// x: [N, n·b], blocks: [n·b, b], the R_i one under the other → [N, n·b].
  public func multiplyColumnBlocks(_ x: Tensor, byTransposed blocks: Tensor) -> Tensor {
    let size = blocks.columns
    precondition(
      blocks.rows == x.columns && x.columns % size == 0,
      "multiplyColumnBlocks: x \(x.shape) and blocks \(blocks.shape) do not fit: expected x [N, D]"
        + " and blocks [D, b]")
    let y = makeTensor(x.shape, requiresGradient: x.requiresGradient || blocks.requiresGradient)
    for start in stride(from: 0, to: x.columns, by: size) {
      BLAS.multiply(
        x.pointer + start, .none, stride: x.columns, blocks.pointer + start * size, .transposed,
        stride: size, into: y.pointer + start, stride: x.columns, rows: x.rows, columns: size,
        inner: size)
    }
    if y.requiresGradient {
      record(ColumnBlocksOperation(output: y, input: x, blocks: blocks))
    }
    return y
  }
}

private struct BlockMatmulOperation: Operation {
  let output: Tensor
  let a: Tensor
  let b: Tensor
  let blocks: Int

  /// dA_i = dC_i B_iᵀ, dB_i = A_iᵀ dC_i.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    let (rows, inner, columns) = (a.rows / blocks, a.columns, b.columns)
    let aTarget = tape.target(for: a)
    let bTarget = tape.target(for: b)
    for block in 0..<blocks {
      let own = gradient.pointer + block * rows * columns
      if let aTarget {
        BLAS.multiply(
          own, .none, stride: columns, b.pointer + block * inner * columns, .transposed,
          stride: columns, into: aTarget.pointer + block * rows * inner, stride: inner, rows: rows,
          columns: inner, inner: columns, beta: aTarget.beta)
      }
      if let bTarget {
        BLAS.multiply(
          a.pointer + block * rows * inner, .transposed, stride: inner, own, .none,
          stride: columns, into: bTarget.pointer + block * inner * columns, stride: columns,
          rows: inner, columns: columns, inner: rows, beta: bTarget.beta)
      }
    }
  }
}

private struct ColumnBlocksOperation: Operation {
  let output: Tensor
  let input: Tensor
  let blocks: Tensor

  /// dX_i = dY_i R_i, dR_i = dY_iᵀ X_i, i the columns of a block.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    let (width, size) = (input.columns, blocks.columns)
    let inputTarget = tape.target(for: input)
    let blockTarget = tape.target(for: blocks)
    for start in stride(from: 0, to: width, by: size) {
      if let inputTarget {
        BLAS.multiply(
          gradient.pointer + start, .none, stride: width, blocks.pointer + start * size, .none,
          stride: size, into: inputTarget.pointer + start, stride: width, rows: input.rows,
          columns: size, inner: size, beta: inputTarget.beta)
      }
      if let blockTarget {
        BLAS.multiply(
          gradient.pointer + start, .transposed, stride: width, input.pointer + start, .none,
          stride: width, into: blockTarget.pointer + start * size, stride: size, rows: size,
          columns: size, inner: input.rows, beta: blockTarget.beta)
      }
    }
  }
}
