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
    let context = attention(
      query(x, tape: tape), key(x, tape: tape), value(x, tape: tape), batch: batch,
      prefix: prefix?.prefix(x, tape: tape), tape: tape)
    return closed(context, residual: x, tape: tape)
  }

  /// LN(u + x) [B, D] of the first tokens for x [T, D].
  func firstTokens(_ x: Tensor, batch: PackedBatch, tape: Tape) -> Tensor {
    let first = tape.gatherRows(x, rows: batch.firstTokens)
    if averagesStates(withNoise: tape.noise != nil) {
      let context = averagedContext(first, x, batch: batch, tape: tape)
      return tape.withSourceRows(batch.firstTokens) {
        closed(context, residual: first, tape: tape)
      }
    }
    let (keys, values) = (key(x, tape: tape), value(x, tape: tape))
    return tape.withSourceRows(batch.firstTokens) {
      let context = attention(
        query(first, tape: tape), keys, values, queries: .firstTokens, batch: batch,
        prefix: prefix?.prefix(x, tape: tape), tape: tape)
      return closed(context, residual: first, tape: tape)
    }
  }

  /// Whether first tokens read the states themselves, and not their keys and values.
  ///
  /// The key map must be the backbone's own, the value map affine, a prefix the same for all
  /// sequences, and the probabilities must add up to 1, which dropout on them ends.
  func averagesStates(withNoise: Bool) -> Bool {
    !key.isAdapted && value.isAffine && prefix?.worksRowByRow ?? true
      && (attention.dropout.rate == 0 || !withNoise)
  }

  /// The context [B, D] of the first tokens, without keys and values of the others.
  ///
  /// One query a sequence: its scores are (q_h W_k,h) xᵀ, and Σ p v(x) = v(Σ p x) for an affine v
  /// and Σ p = 1, so H rows a sequence go through both maps instead of all tokens. A bias of the
  /// key adds the same to all scores of a query, which the softmax does not see.
  private func averagedContext(
    _ first: Tensor, _ x: Tensor, batch: PackedBatch, tape: Tape
  ) -> Tensor {
    let heads = attention.heads
    let q = tape.withSourceRows(batch.firstTokens) { query(first, tape: tape) }
    let queries = tape.headQueries(q, weight: tape.parameter(key.linear.weight), heads: heads)
    let scale = 1 / Float(q.columns / heads).squareRoot()
    guard let prefix = relativePrefix(x, tape: tape) else {
      let averages = tape.attend(
        queries, over: x, queriesPerSequence: heads, offsets: batch.offsets,
        keyCounts: batch.readCounts, scale: scale)
      return tape.headDiagonal(value(averages, tape: tape), heads: heads)
    }
    let read = tape.attend(
      queries, over: x, besides: tape.headScores(q, keys: prefix.keys, heads: heads),
      queriesPerSequence: heads, offsets: batch.offsets, keyCounts: batch.readCounts, scale: scale)
    let probabilities = tape.sliceColumns(read, 0..<prefix.keys.rows)
    let sums = tape.sliceColumns(read, prefix.keys.rows..<read.columns)
    return tape.headDiagonal(
      tape.add(value(sums, tape: tape), tape.matmul(probabilities, prefix.values)), heads: heads)
  }

  /// The keys and values [P, D] of the prefix, less those of a state of zeros; nil without one.
  ///
  /// Beside a prefix the states' probabilities add up to less than 1 and their scores leave out the
  /// key's bias. What both miss is the same for all: v(Σ p x) holds v(0) once and not Σ p times, and
  /// every score lacks q_h k(0)_hᵀ. So both are taken from the prefix, which has the rest.
  private func relativePrefix(_ x: Tensor, tape: Tape) -> (keys: Tensor, values: Tensor)? {
    guard let prefix = prefix?.prefix(x, tape: tape) else { return nil }
    let origin = tape.zeros(Shape(1, key.linear.weight.shape[1]))
    func relative(_ rows: Tensor, _ map: AdaptedLinear) -> Tensor {
      tape.addBias(rows, tape.scaled(map(origin, tape: tape), by: -1))
    }
    return (relative(prefix.keys, key), relative(prefix.values, value))
  }

  /// LN(u + x), u = drop(context W_oᵀ + b_o).
  private func closed(_ context: Tensor, residual x: Tensor, tape: Tape) -> Tensor {
    end(outputDropout(output(context, tape: tape), tape: tape), residual: x, tape: tape)
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
    let mapped = output(inner(x, tape: tape), behind: activation, tape: tape)
    return end(outputDropout(mapped, tape: tape), residual: x, tape: tape)
  }
}
