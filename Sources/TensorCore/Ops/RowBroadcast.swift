internal import CVectorKernels

extension Tape {
  /// A vector added to every row: x: [T, D], bias: [D] → [T, D].
  public func addBias(_ x: Tensor, _ bias: Tensor) -> Tensor {
    precondition(
      bias.count == x.columns,
      "addBias: bias \(bias.shape) must have as many elements as x \(x.shape) has columns")
    let y = makeTensor(x.shape, requiresGradient: x.requiresGradient || bias.requiresGradient)
    vk_add_row(x.pointer, bias.pointer, y.pointer, x.rows, x.columns)
    if y.requiresGradient { record(AddBiasOperation(output: y, input: x, bias: bias)) }
    return y
  }

  /// A vector multiplied into every row: x: [T, D], factors: [D] → [T, D].
  public func multiplyRows(_ x: Tensor, by factors: Tensor) -> Tensor {
    precondition(
      factors.count == x.columns,
      "multiplyRows: factors \(factors.shape) must have as many elements as x \(x.shape) has columns"
    )
    let y = makeTensor(x.shape, requiresGradient: x.requiresGradient || factors.requiresGradient)
    vk_multiply_row(x.pointer, factors.pointer, y.pointer, x.rows, x.columns, 0)
    if y.requiresGradient { record(MultiplyRowsOperation(output: y, input: x, factors: factors)) }
    return y
  }

  /// The sum of all rows: [T, D] → [D].
  public func sumRows(_ x: Tensor) -> Tensor {
    let sum = makeTensor(Shape(x.columns), requiresGradient: x.requiresGradient)
    sum.values.update(repeating: 0)
    vk_column_sums(x.pointer, sum.pointer, x.rows, x.columns)
    if sum.requiresGradient { record(SumRowsOperation(output: sum, input: x)) }
    return sum
  }
}

private struct AddBiasOperation: Operation {
  let output: Tensor
  let input: Tensor
  let bias: Tensor

  func backward(_ gradient: OutputGradient, tape: Tape) {
    tape.accumulateColumnSums(gradient, rows: input.rows, into: bias)
    tape.pass(gradient, to: input, isLast: true)
  }
}

private struct MultiplyRowsOperation: Operation {
  let output: Tensor
  let input: Tensor
  let factors: Tensor

  /// dfactors = Σ_rows dy · x, dx = dy · factors.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    if let target = tape.target(for: factors) {
      target.clearIfNew(factors.count)
      vk_column_dots(
        gradient.pointer, input.pointer, target.pointer, input.rows, input.columns)
    }
    if let target = tape.target(for: input, reusing: gradient) {
      vk_multiply_row(
        gradient.pointer, factors.pointer, target.pointer, input.rows, input.columns, target.flag)
    }
  }
}

private struct SumRowsOperation: Operation {
  let output: Tensor
  let input: Tensor

  func backward(_ gradient: OutputGradient, tape: Tape) {
    guard let target = tape.target(for: input) else { return }
    if target.accumulates {
      vk_add_row(target.pointer, gradient.pointer, target.pointer, input.rows, input.columns)
    } else {
      vk_fill_rows(gradient.pointer, target.pointer, input.rows, input.columns)
    }
  }
}
