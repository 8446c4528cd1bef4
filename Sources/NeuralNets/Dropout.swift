internal import LinearAlgebra
public import TensorCore

/// Inverted dropout at one named place of a network.
///
/// The mask's stream is the tape's noise derived by the label, so that two configurations draw the
/// same mask at a place that they share. Without noise on the tape it is the identity.
public struct Dropout: Sendable {
  /// The probability that an element is set to 0.
  public let rate: Float
  /// The place, unique in the network, such as `layer.3.attention-output`.
  public let label: String

  public init(rate: Float, label: String) {
    self.rate = rate
    self.label = label
  }

  public func callAsFunction(_ x: Tensor, tape: Tape) -> Tensor {
    guard rate > 0, let noise = tape.noise else { return x }
    return tape.dropout(x, rate: rate, key: noise.derived(label))
  }
}
