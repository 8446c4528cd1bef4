public import LinearAlgebra
public import TensorCore

/// The head of `BertForSequenceClassification`: tanh pooler, dropout, linear.
///
/// p = tanh(W_p h_[CLS] + b_p), logits = W drop(p) + b; hidden [T, D] → [B, C]. The pooler is that
/// of the checkpoint, frozen unless its parameters were made trainable.
/// Reference: huggingface/transformers src/transformers/models/bert/modeling_bert.py.
public final class PoolerHead: PredictionHead {
  /// W_p: [D, D], b_p: [D].
  public let pooler: Linear
  /// W: [C, D], b: [C].
  public let output: Linear
  private let dropout: Dropout

  /// - Parameter dropout: 0.1 is `classifier_dropout` of BERT.
  public init(pooler: Linear, output: Linear, dropout: Float) {
    self.pooler = pooler
    self.output = output
    self.dropout = Dropout(rate: dropout, label: "head.pooled")
  }

  /// A head with weights drawn from N(0, 0.02²) and biases 0, as BERT initialises its layers.
  public convenience init(pooler: Linear, outputCount: Int, dropout: Float, key: RandomKey) {
    self.init(
      pooler: pooler,
      output: .initialized(
        path: "output", from: pooler.outputWidth, to: outputCount, key: key.derived("output")),
      dropout: dropout)
  }

  public var outputCount: Int { output.outputWidth }
  public var rowsRead: TokenRows { .firstTokens }

  public var parameters: [NamedParameter] { output.namedParameters("output") }

  public func logits(states: Tensor, batch: PackedBatch, tape: Tape) -> Tensor {
    let pooled = tape.tanh(pooler(states, tape: tape))
    return output(dropout(pooled, tape: tape), tape: tape)
  }
}
