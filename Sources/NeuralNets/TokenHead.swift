public import LinearAlgebra
public import TensorCore

/// One linear layer on the first token, for a checkpoint without a pooler.
///
/// logits = W drop(h_[CLS]) + b; hidden [T, D] → [B, C].
public final class TokenHead: PredictionHead {
  /// W: [C, D], b: [C].
  public let output: Linear
  private let dropout: Dropout

  public init(output: Linear, dropout: Float) {
    self.output = output
    self.dropout = Dropout(rate: dropout, label: "head.token")
  }

  /// A head with weights drawn from N(0, 0.02²) and biases 0, as BERT initialises its layers.
  public convenience init(width: Int, outputCount: Int, dropout: Float, key: RandomKey) {
    self.init(
      output: .initialized(
        path: "output", from: width, to: outputCount, key: key.derived("output")),
      dropout: dropout)
  }

  public var outputCount: Int { output.outputWidth }
  public var rowsRead: TokenRows { .firstTokens }

  public var parameters: [NamedParameter] { output.namedParameters("output") }

  public func logits(states: Tensor, batch: PackedBatch, tape: Tape) -> Tensor {
    output(dropout(states, tape: tape), tape: tape)
  }
}
