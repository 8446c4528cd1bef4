extension Tape {
  /// Elementwise quotient of two tensors of equal shape: y = a / b.
  public func divide(_ a: Tensor, by b: Tensor) -> Tensor {
    precondition(a.shape == b.shape, "divide: shapes differ: \(a.shape) and \(b.shape)")
    let y = makeTensor(a.shape, requiresGradient: a.requiresGradient || b.requiresGradient)
    for index in 0..<y.count { y.values[index] = a.values[index] / b.values[index] }
    if y.requiresGradient { record(QuotientOperation(output: y, a: a, b: b)) }
    return y
  }

  /// The same values as a constant: no gradient flows through it.
  public func detached(_ x: Tensor) -> Tensor {
    Tensor(shape: x.shape, values: x.values)
  }
}

private struct QuotientOperation: Operation {
  let output: Tensor
  let a: Tensor
  let b: Tensor

  /// da = dy / b, db = −dy y / b.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    if let target = tape.target(for: a) {
      target.clearIfNew(a.count)
      for index in 0..<a.count {
        target.pointer[index] += gradient.pointer[index] / b.values[index]
      }
    }
    if let target = tape.target(for: b) {
      target.clearIfNew(b.count)
      for index in 0..<b.count {
        target.pointer[index] -= gradient.pointer[index] * output.values[index] / b.values[index]
      }
    }
  }
}
