internal import CVectorKernels
internal import LinearAlgebra

extension Tape {
  /// An affine map of every row: y = x Wᵀ + b.
  ///
  /// x: [T, in], weight W: [out, in], bias b: [out] → [T, out]. One matrix product over all rows.
  public func linear(_ x: Tensor, weight: Tensor, bias: Tensor? = nil) -> Tensor {
    precondition(
      weight.shape.rank == 2 && weight.columns == x.columns,
      "linear: x \(x.shape) and weight \(weight.shape) do not fit: weight must be [out, in]")
    let width = weight.rows
    precondition(
      bias.map { $0.count == width } ?? true,
      "linear: bias must have \(width) elements like weight \(weight.shape)")
    let needsGradient =
      x.requiresGradient || weight.requiresGradient || (bias?.requiresGradient ?? false)
    let y = makeTensor(
      Shape(x.rows, width), requiresGradient: needsGradient, isOverwritable: true)
    multiply(
      x.pointer, stride: x.columns, weight.pointer, .transposed, stride: x.columns,
      into: y.pointer, stride: width, rows: x.rows, columns: width, inner: x.columns,
      start: bias.map { UnsafePointer($0.pointer) })
    endOperation(.products)
    if needsGradient {
      record(LinearOperation(output: y, input: x, weight: weight, bias: bias))
    }
    return y
  }
}

private struct LinearOperation: Operation {
  static var stage: WorkStage { .products }

  let output: Tensor
  let input: Tensor
  let weight: Tensor
  let bias: Tensor?

  /// dx = dy W, dW = dyᵀ x, db = Σ_rows dy.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    let (rows, inner, width) = (input.rows, input.columns, weight.rows)
    if let target = tape.target(for: input) {
      tape.multiply(
        gradient.pointer, stride: width, weight.pointer, .none, stride: inner,
        into: target.pointer, stride: inner, rows: rows, columns: inner, inner: width,
        accumulates: target.accumulates)
    }
    if let target = tape.target(for: weight) {
      BLAS.multiply(
        gradient.pointer, .transposed, stride: width, input.pointer, .none, stride: inner,
        into: target.pointer, stride: inner, rows: width, columns: inner, inner: rows,
        beta: target.beta)
    }
    if let bias { tape.accumulateColumnSums(gradient, rows: rows, into: bias) }
  }
}

extension Tape {
  /// Adds the column sums of a gradient [rows, columns] to that of a parent [columns].
  func accumulateColumnSums(_ gradient: OutputGradient, rows: Int, into parent: Tensor) {
    guard let target = target(for: parent) else { return }
    target.clearIfNew(parent.count)
    vk_column_sums(gradient.pointer, target.pointer, rows, parent.count)
  }
}

extension GradientTarget {
  /// Sets a target without a gradient to zero, for a kernel that can only add.
  func clearIfNew(_ count: Int) {
    if !accumulates { pointer.update(repeating: 0, count: count) }
  }
}
