public import TensorCore

/// An elementwise nonlinearity by its name in space files and configurations.
public enum Activation: String, Sendable, Codable, Hashable, CaseIterable {
  /// x Φ(x).
  case gelu
  /// The tanh approximation of GELU.
  case geluTanh = "gelu-tanh"
  case relu
  case tanh
  case silu
  case identity

  /// The function applied to every element.
  public func callAsFunction(_ x: Tensor, tape: Tape) -> Tensor {
    switch self {
    case .gelu: tape.gelu(x)
    case .geluTanh: tape.gelu(x, approximation: .tanh)
    case .relu: tape.relu(x)
    case .tanh: tape.tanh(x)
    case .silu: tape.silu(x)
    case .identity: x
    }
  }
}
