internal import NeuralNets
internal import TensorCore

/// Multi-head self-attention with its output projection, as one residual branch of a layer.
///
/// q = x W_qᵀ + b_q and so on, context_h = softmax(q_h k_hᵀ / √(D/H)) v_h within each sequence,
/// u = drop(context W_oᵀ + b_o); the branch ends in LN(u + x).
/// Reference: arXiv 1706.03762, section 3.2; arXiv 1810.04805.
final class AttentionBlock {
  let query: AdaptedLinear
  let key: AdaptedLinear
  let value: AdaptedLinear
  let output: AdaptedLinear
  let end: ResidualEnd
  var prefix: (any AttentionAdapter)?
  private let attention: SelfAttention
  private let outputDropout: Dropout

  /// - Parameter label: names the layer in the keys of dropout masks.
  init(
    query: Linear, key: Linear, value: Linear, output: Linear, norm: LayerNorm, heads: Int,
    dropout: BackboneDropout, label: String
  ) {
    self.query = AdaptedLinear(query)
    self.key = AdaptedLinear(key)
    self.value = AdaptedLinear(value)
    self.output = AdaptedLinear(output)
    end = ResidualEnd(norm)
    attention = SelfAttention(
      heads: heads, dropout: Dropout(rate: dropout.attention, label: "\(label).attention"))
    outputDropout = Dropout(rate: dropout.hidden, label: "\(label).attention-output")
  }

  /// LN(u + x) [T, D] for x [T, D].
  func callAsFunction(_ x: Tensor, batch: PackedBatch, tape: Tape) -> Tensor {
    branch(x, .all, keysAndValues(x, tape: tape), batch: batch, tape: tape)
  }

  /// Keys and values [T, D] of all tokens, and those of the prefix [P, D].
  struct KeysAndValues {
    let keys: Tensor
    let values: Tensor
    let prefix: (keys: Tensor, values: Tensor)?
  }

  func keysAndValues(_ x: Tensor, tape: Tape) -> KeysAndValues {
    KeysAndValues(
      keys: key(x, tape: tape), values: value(x, tape: tape), prefix: prefix?.prefix(tape: tape))
  }

  /// LN(u + x) [B, D] for the rows x [B, D] of the first tokens.
  func firstTokens(
    _ x: Tensor, _ keysAndValues: KeysAndValues, batch: PackedBatch, tape: Tape
  ) -> Tensor {
    branch(x, .firstTokens, keysAndValues, batch: batch, tape: tape)
  }

  private func branch(
    _ x: Tensor, _ queries: TokenRows, _ other: KeysAndValues, batch: PackedBatch, tape: Tape
  ) -> Tensor {
    let context = attention(
      query(x, tape: tape), other.keys, other.values, queries: queries, batch: batch,
      prefix: other.prefix, tape: tape)
    let u = outputDropout(output(context, tape: tape), tape: tape)
    return end(u, residual: x, tape: tape)
  }

  var worksRowByRow: Bool {
    query.worksRowByRow && key.worksRowByRow && value.worksRowByRow && output.worksRowByRow
      && end.worksRowByRow && prefix?.worksRowByRow ?? true
  }
}

/// The position-wise feed-forward network, as one residual branch of a layer.
///
/// u = drop(σ(x W₁ᵀ + b₁) W₂ᵀ + b₂); the branch ends in LN(u + x).
/// Reference: arXiv 1706.03762, section 3.3.
final class FeedForwardBlock {
  let inner: AdaptedLinear
  let output: AdaptedLinear
  let end: ResidualEnd
  private let activation: Activation
  private let outputDropout: Dropout

  /// - Parameter label: names the layer in the keys of dropout masks.
  init(
    inner: Linear, activation: Activation, output: Linear, norm: LayerNorm,
    dropout: BackboneDropout, label: String
  ) {
    self.inner = AdaptedLinear(inner)
    self.activation = activation
    self.output = AdaptedLinear(output)
    end = ResidualEnd(norm)
    outputDropout = Dropout(rate: dropout.hidden, label: "\(label).feed-forward-out")
  }

  var worksRowByRow: Bool {
    inner.worksRowByRow && output.worksRowByRow && end.worksRowByRow
  }

  /// LN(u + x) [T, D] for x [T, D].
  func callAsFunction(_ x: Tensor, tape: Tape) -> Tensor {
    let hidden = activation(inner(x, tape: tape), tape: tape)
    let u = outputDropout(output(hidden, tape: tape), tape: tape)
    return end(u, residual: x, tape: tape)
  }
}
