internal import CVectorKernels

/// A function of single elements that stands between linear maps.
public enum PointwiseFunction: Sendable, CaseIterable {
  /// x Φ(x), as `gelu` in BERT.
  case gelu
  /// x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))), as `gelu_new` in GPT-2.
  case geluTanh
  /// max(x, 0), with derivative 0 at 0.
  case relu
  /// Hyperbolic tangent.
  case tanh
  /// 1 / (1 + e⁻ˣ).
  case sigmoid
  /// x / (1 + e⁻ˣ).
  case silu

  /// Whether the derivative is a function of the output, so that the input need not be kept.
  var derivativeReadsOutput: Bool {
    switch self {
    case .relu, .tanh, .sigmoid: true
    case .gelu, .geluTanh, .silu: false
    }
  }

  /// y ← f(x); y may be x.
  func apply(to x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int) {
    switch self {
    case .gelu: vk_gelu(x, y, count)
    case .geluTanh: vk_gelu_tanh(x, y, count)
    case .relu: vk_relu(x, y, count)
    case .tanh: vk_tanh(x, y, count)
    case .sigmoid: vk_sigmoid(x, y, count)
    case .silu: vk_silu(x, y, count)
    }
  }

  /// dx (+)= dy · f′, from x or, where the derivative reads it, y; dx may be dy.
  func differentiate(
    _ saved: UnsafePointer<Float>, _ dy: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>, count: Int, accumulating flag: Int32
  ) {
    switch self {
    case .gelu: vk_gelu_backward(saved, dy, dx, count, flag)
    case .geluTanh: vk_gelu_tanh_backward(saved, dy, dx, count, flag)
    case .relu: vk_relu_backward(saved, dy, dx, count, flag)
    case .tanh: vk_tanh_backward(saved, dy, dx, count, flag)
    case .sigmoid: vk_sigmoid_backward(saved, dy, dx, count, flag)
    case .silu: vk_silu_backward(saved, dy, dx, count, flag)
    }
  }
}

extension Tape {
  /// A function applied to every element.
  public func apply(_ function: PointwiseFunction, to x: Tensor) -> Tensor {
    let y = makeTensor(x.shape, requiresGradient: x.requiresGradient)
    function.apply(to: x.pointer, into: y.pointer, count: x.count)
    if y.requiresGradient {
      record(PointwiseOperation(output: y, input: x, function: function))
    }
    return y
  }

  /// x Φ(x), the Gaussian error linear unit; arXiv 1606.08415, section 2.
  public func gelu(_ x: Tensor) -> Tensor { apply(.gelu, to: x) }

  /// max(x, 0), with derivative 0 at 0.
  public func relu(_ x: Tensor) -> Tensor { apply(.relu, to: x) }

  /// Hyperbolic tangent.
  public func tanh(_ x: Tensor) -> Tensor { apply(.tanh, to: x) }

  /// 1 / (1 + e⁻ˣ).
  public func sigmoid(_ x: Tensor) -> Tensor { apply(.sigmoid, to: x) }
}

private struct PointwiseOperation: Operation {
  let output: Tensor
  let input: Tensor
  let function: PointwiseFunction

  /// dx = dy f′(x).
  func backward(_ gradient: OutputGradient, tape: Tape) {
    guard let target = tape.target(for: input, reusing: gradient) else { return }
    let saved = function.derivativeReadsOutput ? output : input
    function.differentiate(
      saved.pointer, gradient.pointer, into: target.pointer, count: gradient.count,
      accumulating: target.flag)
  }
}
