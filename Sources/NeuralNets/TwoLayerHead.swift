public import LinearAlgebra
public import TensorCore

/// The classification head of AutoPEFT: dropout, dense D × D with tanh, dropout, dense.
///
/// logits = W₂ drop(tanh(W₁ drop(h_[CLS]) + b₁)) + b₂; hidden [T, D] → [B, C].
/// Reference: arXiv 2301.12132, the authors' fork of adapter-transformers, ClassificationHead with
/// two layers.
public final class TwoLayerHead: PredictionHead {
  /// W₁: [D, D], b₁: [D].
  public let dense: Linear
  /// W₂: [C, D], b₂: [C].
  public let output: Linear
  private let inputDropout: Dropout
  private let innerDropout: Dropout

  public init(dense: Linear, output: Linear, dropout: Float) {
    self.dense = dense
    self.output = output
    inputDropout = Dropout(rate: dropout, label: "head.input")
    innerDropout = Dropout(rate: dropout, label: "head.inner")
  }

  /// A head with weights drawn from N(0, 0.02²) and biases 0, as BERT initialises its layers.
  public convenience init(width: Int, outputCount: Int, dropout: Float, key: RandomKey) {
    self.init(
      dense: .initialized(path: "dense", from: width, to: width, key: key.derived("dense")),
      output: .initialized(
        path: "output", from: width, to: outputCount, key: key.derived("output")),
      dropout: dropout)
  }

  public var outputCount: Int { output.outputWidth }
  public var rowsRead: TokenRows { .firstTokens }

  public var parameters: [NamedParameter] {
    dense.namedParameters("dense") + output.namedParameters("output")
  }

  public func logits(states: Tensor, batch: PackedBatch, tape: Tape) -> Tensor {
    let inner = tape.tanh(dense(inputDropout(states, tape: tape), tape: tape))
    return output(innerDropout(inner, tape: tape), tape: tape)
  }
}
