extension Tape {
  /// The mean absolute value: 1/N Σ |x_i| → scalar, with derivative 0 at 0.
  public func meanAbsolute(_ x: Tensor) -> Tensor {
    let mean = makeTensor(Shape(), requiresGradient: x.requiresGradient)
    mean.values[0] = Float(x.values.reduce(0.0) { $0 + Double(abs($1)) } / Double(x.count))
    if mean.requiresGradient { record(MeanAbsoluteOperation(output: mean, input: x)) }
    return mean
  }
}

private struct MeanAbsoluteOperation: Operation {
  let output: Tensor
  let input: Tensor

  /// dx_i = dy sign(x_i) / N.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    guard let target = tape.target(for: input) else { return }
    target.clearIfNew(input.count)
    let share = gradient.pointer.pointee / Float(input.count)
    for index in 0..<input.count {
      let value = input.values[index]
      if value != 0 { target.pointer[index] += value > 0 ? share : -share }
    }
  }
}
