internal import LinearAlgebra

extension Tape {
  /// Adds a low-rank map of x to y: y + s · (x Aᵀ) Bᵀ.
  ///
  /// y: [T, out], x: [T, in], a: [R, in], b: [out, R] → [T, out]. The product with R columns is
  /// never expanded.
  ///
  /// The result takes over the storage of a `y` that comes straight from `linear` (or from another
  /// low-rank update): such a y must not be read afterwards.
  public func lowRankUpdate(
    _ y: Tensor, input x: Tensor, a: Tensor, b: Tensor, scale: Float
  ) -> Tensor {
    let rank = a.rows
    precondition(
      a.columns == x.columns && b.columns == rank && b.rows == y.columns && y.rows == x.rows,
      "lowRankUpdate: y \(y.shape), x \(x.shape), a \(a.shape) and b \(b.shape) do not fit:"
        + " expected y [T, out], x [T, in], a [R, in], b [out, R]")
    let needsGradient =
      y.requiresGradient || x.requiresGradient || a.requiresGradient || b.requiresGradient
    let result: Tensor
    if y.isOverwritable {
      result = makeAlias(y, requiresGradient: needsGradient)
    } else {
      result = makeTensor(y.shape, requiresGradient: needsGradient, isOverwritable: true)
      result.pointer.update(from: y.pointer, count: y.count)
    }
    let count = x.rows * rank
    if needsGradient {
      let reduced = makeSaved(count)
      addLowRank(x, a, b, scale, into: result, reduced: reduced)
      record(
        LowRankOperation(
          output: result, base: y, input: x, a: a, b: b, scale: scale, reduced: reduced))
    } else {
      withScratch(count) { addLowRank(x, a, b, scale, into: result, reduced: $0) }
    }
    endOperation(.products)
    return result
  }

  private func addLowRank(
    _ x: Tensor, _ a: Tensor, _ b: Tensor, _ scale: Float, into result: Tensor,
    reduced: UnsafeMutablePointer<Float>
  ) {
    let rank = a.rows
    multiply(
      x.pointer, stride: x.columns, a.pointer, .transposed, stride: x.columns,
      into: reduced, stride: rank, rows: x.rows, columns: rank, inner: x.columns)
    multiply(
      reduced, stride: rank, b.pointer, .transposed, stride: rank,
      into: result.pointer, stride: result.columns, rows: x.rows, columns: result.columns,
      inner: rank, alpha: scale, accumulates: true)
  }
}

private struct LowRankOperation: Operation {
  static var stage: WorkStage { .products }

  let output: Tensor
  let base: Tensor
  let input: Tensor
  let a: Tensor
  let b: Tensor
  let scale: Float
  /// x Aᵀ: [T, R].
  let reduced: UnsafeMutablePointer<Float>

  /// dB = s dyᵀ (x Aᵀ); with G = s dy B [T, R]: dA = Gᵀ x, dx = G A; dy passes to y unchanged.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    let (rows, inner, width, rank) = (input.rows, input.columns, output.columns, a.rows)
    if let target = tape.target(for: b) {
      BLAS.multiply(
        gradient.pointer, .transposed, stride: width, reduced, .none, stride: rank,
        into: target.pointer, stride: rank, rows: width, columns: rank, inner: rows,
        alpha: scale, beta: target.beta)
    }
    if a.requiresGradient || input.requiresGradient {
      tape.withScratch(rows * rank) { reducedGradient in
        tape.multiply(
          gradient.pointer, stride: width, b.pointer, .none, stride: rank,
          into: reducedGradient, stride: rank, rows: rows, columns: rank, inner: width,
          alpha: scale)
        if let target = tape.target(for: a) {
          BLAS.multiply(
            reducedGradient, .transposed, stride: rank, input.pointer, .none, stride: inner,
            into: target.pointer, stride: inner, rows: rank, columns: inner, inner: rows,
            beta: target.beta)
        }
        if let target = tape.target(for: input) {
          tape.multiply(
            reducedGradient, stride: rank, a.pointer, .none, stride: inner,
            into: target.pointer, stride: inner, rows: rows, columns: inner, inner: rank,
            accumulates: target.accumulates)
        }
      }
    }
    tape.pass(gradient, to: base, isLast: true)
  }
}
