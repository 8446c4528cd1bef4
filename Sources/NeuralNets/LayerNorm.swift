public import TensorCore

/// Layer normalisation with a scale and a shift of every column; x: [T, D] → [T, D].
public final class LayerNorm {
  /// γ: [D].
  public let scale: Parameter
  /// β: [D].
  public let shift: Parameter
  /// Added to the variance; 1e-12 in BERT.
  public let epsilon: Float

  public init(scale: Parameter, shift: Parameter, epsilon: Float) {
    precondition(
      scale.count == shift.count,
      "LayerNorm '\(scale.path)': scale \(scale.shape) and shift \(shift.shape) differ")
    self.scale = scale
    self.shift = shift
    self.epsilon = epsilon
  }

  /// LN(x).
  public func callAsFunction(_ x: Tensor, tape: Tape) -> Tensor {
    tape.layerNorm(
      x, scale: tape.parameter(scale), shift: tape.parameter(shift), epsilon: epsilon)
  }

  /// LN(x + residual), the sum never stored.
  public func callAsFunction(_ x: Tensor, residual: Tensor, tape: Tape) -> Tensor {
    tape.layerNorm(
      sum: x, residual, scale: tape.parameter(scale), shift: tape.parameter(shift),
      epsilon: epsilon)
  }
}
