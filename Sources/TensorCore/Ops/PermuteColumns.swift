extension Tape {
  /// Columns in another order: y_ij = x_{i, order_j}; x: [N, D], order a permutation → [N, D].
  public func permuteColumns(_ x: Tensor, order: [Int32]) -> Tensor {
    precondition(
      order.count == x.columns,
      "permuteColumns: order has \(order.count) entries for \(x.columns) columns of x \(x.shape)")
    let y = makeTensor(x.shape, requiresGradient: x.requiresGradient)
    let width = x.columns
    for row in 0..<x.rows {
      for (column, source) in order.enumerated() {
        y.values[row * width + column] = x.values[row * width + Int(source)]
      }
    }
    if y.requiresGradient { record(PermuteColumnsOperation(output: y, input: x, order: order)) }
    return y
  }
}

private struct PermuteColumnsOperation: Operation {
  let output: Tensor
  let input: Tensor
  let order: [Int32]

  /// dx_{i, order_j} = dy_ij.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    guard let target = tape.target(for: input) else { return }
    target.clearIfNew(input.count)
    let width = input.columns
    for row in 0..<input.rows {
      for (column, source) in order.enumerated() {
        target.pointer[row * width + Int(source)] += gradient.pointer[row * width + column]
      }
    }
  }
}
