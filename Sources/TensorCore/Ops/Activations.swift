internal import CVectorKernels

/// Which formula of GELU is meant.
public enum GELUApproximation: Sendable {
  /// x Φ(x), as `gelu` in BERT.
  case exact
  /// x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))), as `gelu_new` in GPT-2.
  case tanh
}

extension Tape {
  /// Gaussian error linear unit.
  ///
  /// Reference: arXiv 1606.08415, section 2.
  public func gelu(_ x: Tensor, approximation: GELUApproximation = .exact) -> Tensor {
    switch approximation {
    case .exact: activated(x, GELU.self)
    case .tanh: activated(x, TanhGELU.self)
    }
  }

  /// max(x, 0), with derivative 0 at 0.
  public func relu(_ x: Tensor) -> Tensor { activated(x, ReLU.self) }

  /// Hyperbolic tangent.
  public func tanh(_ x: Tensor) -> Tensor { activated(x, HyperbolicTangent.self) }

  /// 1 / (1 + e⁻ˣ).
  public func sigmoid(_ x: Tensor) -> Tensor { activated(x, Sigmoid.self) }

  /// x / (1 + e⁻ˣ).
  public func silu(_ x: Tensor) -> Tensor { activated(x, SiLU.self) }

  private func activated<Kernel: ActivationKernel>(_ x: Tensor, _ kernel: Kernel.Type) -> Tensor {
    let y = makeTensor(x.shape, requiresGradient: x.requiresGradient)
    Kernel.forward(x.pointer, y.pointer, x.count)
    if y.requiresGradient { record(ActivationOperation<Kernel>(output: y, input: x)) }
    return y
  }
}

/// An elementwise function and the product of a gradient with its derivative.
private protocol ActivationKernel {
  /// Whether the derivative is a function of the output, so that the input need not be kept.
  static var readsOutput: Bool { get }
  static func forward(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ n: Int)
  static func backward(
    _ saved: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>,
    _ n: Int, _ accumulate: Int32)
}

private struct ActivationOperation<Kernel: ActivationKernel>: Operation {
  let output: Tensor
  let input: Tensor

  func backward(_ gradient: OutputGradient, tape: Tape) {
    guard let target = tape.target(for: input, reusing: gradient) else { return }
    let saved = Kernel.readsOutput ? output : input
    Kernel.backward(
      saved.pointer, gradient.pointer, target.pointer, gradient.count, target.flag)
  }
}

private enum GELU: ActivationKernel {
  static var readsOutput: Bool { false }
  static func forward(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ n: Int) {
    vk_gelu(x, y, n)
  }
  static func backward(
    _ saved: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>,
    _ n: Int, _ accumulate: Int32
  ) {
    vk_gelu_backward(saved, dy, dx, n, accumulate)
  }
}

private enum TanhGELU: ActivationKernel {
  static var readsOutput: Bool { false }
  static func forward(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ n: Int) {
    vk_gelu_tanh(x, y, n)
  }
  static func backward(
    _ saved: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>,
    _ n: Int, _ accumulate: Int32
  ) {
    vk_gelu_tanh_backward(saved, dy, dx, n, accumulate)
  }
}

private enum ReLU: ActivationKernel {
  static var readsOutput: Bool { true }
  static func forward(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ n: Int) {
    vk_relu(x, y, n)
  }
  static func backward(
    _ saved: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>,
    _ n: Int, _ accumulate: Int32
  ) {
    vk_relu_backward(saved, dy, dx, n, accumulate)
  }
}

private enum HyperbolicTangent: ActivationKernel {
  static var readsOutput: Bool { true }
  static func forward(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ n: Int) {
    vk_tanh(x, y, n)
  }
  static func backward(
    _ saved: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>,
    _ n: Int, _ accumulate: Int32
  ) {
    vk_tanh_backward(saved, dy, dx, n, accumulate)
  }
}

private enum Sigmoid: ActivationKernel {
  static var readsOutput: Bool { true }
  static func forward(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ n: Int) {
    vk_sigmoid(x, y, n)
  }
  static func backward(
    _ saved: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>,
    _ n: Int, _ accumulate: Int32
  ) {
    vk_sigmoid_backward(saved, dy, dx, n, accumulate)
  }
}

private enum SiLU: ActivationKernel {
  static var readsOutput: Bool { false }
  static func forward(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ n: Int) {
    vk_silu(x, y, n)
  }
  static func backward(
    _ saved: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>,
    _ n: Int, _ accumulate: Int32
  ) {
    vk_silu_backward(saved, dy, dx, n, accumulate)
  }
}
