public import TensorCore

/// A trained number between 0 and 1 for every sequence.
///
/// g_b = 1/n_b Σ_{t in b} σ(x_t wᵀ + c),   w: [1, D], c: [1], x: [T, D] → g: [B, 1]
///
/// The mean goes over the tokens of the sequence and nothing else, so that padding cannot change it.
/// Reference: arXiv 2110.07577, section 3.2; adapter-hub/adapters `use_gating`.
public struct SequenceGate {
  /// w.
  public let weight: Parameter
  /// c.
  public let bias: Parameter

  public init(weight: Parameter, bias: Parameter) {
    self.weight = weight
    self.bias = bias
  }

  public var parameters: [Parameter] { [weight, bias] }

  /// g for the sequences that the tape's tensors are rows of.
  ///
  /// - Precondition: x has all rows of a packed batch; the adapter says so by `worksRowByRow`.
  public func callAsFunction(_ x: Tensor, tape: Tape) -> Tensor {
    let scores = tape.linear(
      x, weight: tape.parameter(weight), bias: tape.parameter(bias))
    return tape.sequenceMeans(tape.sigmoid(scores), offsets: Self.offsets(tape))
  }

  /// y [T, D] with the rows of every sequence times its gate, which reads x [T, in].
  public func scale(_ y: Tensor, reading x: Tensor, tape: Tape) -> Tensor {
    tape.scaleSequences(y, by: self(x, tape: tape), offsets: Self.offsets(tape))
  }

  /// A copy of a prefix [P, D] for every sequence, times its gate, which reads x [T, in].
  public func scale(
    keys: Tensor, values: Tensor, reading x: Tensor, tape: Tape
  ) -> AttentionPrefix {
    let length = keys.rows
    let ones = tape.constant([Float](repeating: 1, count: length), shape: Shape(1, length))
    let factors = tape.matmul(self(x, tape: tape), ones)
    return AttentionPrefix(
      keys: tape.scaledCopies(keys, by: factors), values: tape.scaledCopies(values, by: factors),
      ownLength: length)
  }

  private static func offsets(_ tape: Tape) -> [Int32] {
    guard let offsets = tape.sequenceOffsets else {
      preconditionFailure("a gate reads whole sequences, and these are some rows of a batch")
    }
    return offsets
  }
}
