internal import CVectorKernels

extension Tape {
  /// Elementwise sum of two tensors of equal shape.
  public func add(_ a: Tensor, _ b: Tensor) -> Tensor {
    precondition(a.shape == b.shape, "add: shapes differ: \(a.shape) and \(b.shape)")
    let sum = makeTensor(a.shape, requiresGradient: a.requiresGradient || b.requiresGradient)
    vk_add(a.pointer, b.pointer, sum.pointer, sum.count)
    if sum.requiresGradient { record(AddOperation(output: sum, a: a, b: b)) }
    return sum
  }

  /// Elementwise product of two tensors of equal shape.
  public func multiply(_ a: Tensor, _ b: Tensor) -> Tensor {
    precondition(a.shape == b.shape, "multiply: shapes differ: \(a.shape) and \(b.shape)")
    let product = makeTensor(a.shape, requiresGradient: a.requiresGradient || b.requiresGradient)
    vk_multiply(a.pointer, b.pointer, product.pointer, product.count)
    if product.requiresGradient { record(MultiplyOperation(output: product, a: a, b: b)) }
    return product
  }

  /// Every element times a number.
  public func scaled(_ x: Tensor, by factor: Float) -> Tensor {
    let y = makeTensor(x.shape, requiresGradient: x.requiresGradient)
    vk_scale(factor, x.pointer, y.pointer, y.count)
    if y.requiresGradient { record(ScaleOperation(output: y, input: x, factor: factor)) }
    return y
  }
}

private struct AddOperation: Operation {
  let output: Tensor
  let a: Tensor
  let b: Tensor

  func backward(_ gradient: OutputGradient, tape: Tape) {
    tape.pass(gradient, to: b, isLast: !a.requiresGradient)
    tape.pass(gradient, to: a, isLast: true)
  }
}

private struct MultiplyOperation: Operation {
  let output: Tensor
  let a: Tensor
  let b: Tensor

  /// da = dy · b, db = dy · a.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    if let target = tape.target(for: a) {
      vk_multiply_backward(
        b.pointer, gradient.pointer, target.pointer, gradient.count, target.flag)
    }
    if let target = tape.target(for: b, reusing: gradient) {
      vk_multiply_backward(
        a.pointer, gradient.pointer, target.pointer, gradient.count, target.flag)
    }
  }
}

private struct ScaleOperation: Operation {
  let output: Tensor
  let input: Tensor
  let factor: Float

  func backward(_ gradient: OutputGradient, tape: Tape) {
    guard let target = tape.target(for: input, reusing: gradient) else { return }
    if target.accumulates {
      vk_axpy(factor, gradient.pointer, target.pointer, gradient.count)
    } else {
      vk_scale(factor, gradient.pointer, target.pointer, gradient.count)
    }
  }
}
