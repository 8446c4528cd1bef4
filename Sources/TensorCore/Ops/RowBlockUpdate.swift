internal import LinearAlgebra

extension Tape {
  /// Adds an affine map of x to some columns of y: y_{t, r_j} + Σ_i x_{ti} Δ_{ji} + b_j.
  ///
  /// y: [T, out], x: [T, in], delta Δ: [k, in], bias b: [k], rows r: k different numbers in
  /// 0 ..< out → [T, out]. It is the update of k rows of a weight [out, in].
  ///
  /// The result takes over the storage of a `y` that comes straight from `linear` or from another
  /// update of one: such a y must not be read afterwards.
  public func rowBlockUpdate(
    _ y: Tensor, input x: Tensor, delta: Tensor, bias: Tensor, rows: [Int32]
  ) -> Tensor {
    precondition(
      y.rows == x.rows && delta.columns == x.columns && delta.rows == rows.count
        && bias.count == rows.count,
      "rowBlockUpdate: y \(y.shape), x \(x.shape), delta \(delta.shape), bias \(bias.shape) and"
        + " \(rows.count) rows do not fit: expected y [T, out], x [T, in], delta [k, in], bias [k]")
    precondition(
      rows.allSatisfy { $0 >= 0 && $0 < Int32(y.columns) },
      "rowBlockUpdate: the rows must lie in 0 ..< \(y.columns)")
    let result = updatable(y, with: [x, delta, bias])
    let (count, width) = (rows.count, y.columns)
    withScratch(x.rows * count) { block in
      multiply(
        x.pointer, stride: x.columns, delta.pointer, .transposed, stride: x.columns, into: block,
        stride: count, rows: x.rows, columns: count, inner: x.columns,
        start: UnsafePointer(bias.pointer))
      for token in 0..<x.rows {
        let (target, source) = (result.pointer + token * width, block + token * count)
        for index in 0..<count { target[Int(rows[index])] += source[index] }
      }
    }
    endOperation(.products)
    if result.requiresGradient {
      record(
        RowBlockOperation(
          output: result, base: y, input: x, delta: delta, bias: bias, rows: rows))
    }
    return result
  }

  /// The storage of y where it may be written over, else a copy, as the output of an op that adds
  /// to it.
  func updatable(_ y: Tensor, with parents: [Tensor]) -> Tensor {
    let needsGradient = y.requiresGradient || parents.contains { $0.requiresGradient }
    if y.isOverwritable { return makeAlias(y, requiresGradient: needsGradient) }
    let result = makeTensor(y.shape, requiresGradient: needsGradient, isOverwritable: true)
    result.pointer.update(from: y.pointer, count: y.count)
    return result
  }
}

private struct RowBlockOperation: Operation {
  static var stage: WorkStage { .products }

  let output: Tensor
  let base: Tensor
  let input: Tensor
  let delta: Tensor
  let bias: Tensor
  let rows: [Int32]

  /// With G [T, k] the columns r_j of dy: dΔ = Gᵀ x, db = Σ_t G, dx = G Δ; dy passes to y.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    let (tokens, inner, width, count) = (input.rows, input.columns, output.columns, rows.count)
    if delta.requiresGradient || bias.requiresGradient || input.requiresGradient {
      tape.withScratch(tokens * count) { block in
        for token in 0..<tokens {
          let (source, target) = (gradient.pointer + token * width, block + token * count)
          for index in 0..<count { target[index] = source[Int(rows[index])] }
        }
        if let target = tape.target(for: delta) {
          BLAS.multiply(
            block, .transposed, stride: count, input.pointer, .none, stride: inner,
            into: target.pointer, stride: inner, rows: count, columns: inner, inner: tokens,
            beta: target.beta)
        }
        tape.accumulateColumnSums(
          OutputGradient(pointer: block, count: tokens * count), rows: tokens, into: bias)
        if let target = tape.target(for: input) {
          tape.multiply(
            block, stride: count, delta.pointer, .none, stride: inner, into: target.pointer,
            stride: inner, rows: tokens, columns: inner, inner: count,
            accumulates: target.accumulates)
        }
      }
    }
    tape.pass(gradient, to: base, isLast: true)
  }
}
