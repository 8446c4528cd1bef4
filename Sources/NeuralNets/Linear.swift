public import TensorCore

/// An affine map: y = x Wᵀ + b, x: [T, in], W: [out, in], b: [out] → [T, out].
public final class Linear {
  /// W: [out, in].
  public let weight: Parameter
  /// b: [out]; nil for a linear map without one.
  public let bias: Parameter?

  public init(weight: Parameter, bias: Parameter?) {
    precondition(
      weight.shape.rank == 2 && (bias.map { $0.count == weight.shape[0] } ?? true),
      "Linear '\(weight.path)': weight \(weight.shape) must be [out, in] and bias"
        + " \(bias?.shape ?? Shape()) [out]")
    self.weight = weight
    self.bias = bias
  }

  public var inputWidth: Int { weight.shape[1] }
  public var outputWidth: Int { weight.shape[0] }

  public func callAsFunction(_ x: Tensor, tape: Tape) -> Tensor {
    tape.linear(x, weight: tape.parameter(weight), bias: bias.map { tape.parameter($0) })
  }

  /// The map of f(x) for a function of every element; f(x) is not stored where W is frozen.
  public func callAsFunction(_ x: Tensor, behind activation: Activation, tape: Tape) -> Tensor {
    let matrix = tape.parameter(weight)
    guard let function = activation.function, !matrix.requiresGradient else {
      return self(activation(x, tape: tape), tape: tape)
    }
    return tape.linear(
      function, of: x, weight: matrix, bias: bias.map { tape.parameter($0) })
  }
}
