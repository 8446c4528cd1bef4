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

  /// The function of the tensor core; nil for the identity.
  public var function: PointwiseFunction? {
    switch self {
    case .gelu: .gelu
    case .geluTanh: .geluTanh
    case .relu: .relu
    case .tanh: .tanh
    case .silu: .silu
    case .identity: nil
    }
  }

  /// The function applied to every element.
  public func callAsFunction(_ x: Tensor, tape: Tape) -> Tensor {
    function.map { tape.apply($0, to: x) } ?? x
  }
}
