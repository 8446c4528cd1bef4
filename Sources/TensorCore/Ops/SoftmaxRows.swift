internal import CVectorKernels

extension Tape {
  /// Softmax of every row: y_ij = e^{x_ij} / Σ_k e^{x_ik}, x: [T, C] → [T, C].
  public func softmaxRows(_ x: Tensor) -> Tensor {
    let y = makeTensor(x.shape, requiresGradient: x.requiresGradient)
    vk_softmax_rows(x.pointer, y.pointer, x.rows, x.columns)
    if y.requiresGradient { record(SoftmaxRowsOperation(output: y, input: x)) }
    return y
  }
}

private struct SoftmaxRowsOperation: Operation {
  let output: Tensor
  let input: Tensor

  /// dx = y (dy − Σ_j dy_j y_j).
  func backward(_ gradient: OutputGradient, tape: Tape) {
    guard let target = tape.target(for: input, reusing: gradient) else { return }
    vk_softmax_rows_backward(
      output.pointer, gradient.pointer, target.pointer, output.rows, output.columns, 1,
      target.flag)
  }
}
