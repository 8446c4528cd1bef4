internal import LinearAlgebra
public import TensorCore

/// Multi-head self-attention of a packed batch, from projected queries, keys and values.
///
/// The projections belong to the backbone, which offers each of them to adapters.
public struct SelfAttention: Sendable {
  /// H.
  public let heads: Int
  /// On the attention probabilities; its label names the layer.
  public let dropout: Dropout

  public init(heads: Int, dropout: Dropout) {
    self.heads = heads
    self.dropout = dropout
  }

  /// softmax(Q Kᵀ / √K) V within each sequence; q, k, v: [T, D] → [T, D].
  ///
  /// - Parameter queries: the tokens that q has rows of; the result has the same rows.
  public func callAsFunction(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, queries: TokenRows = .all, batch: PackedBatch,
    prefix: AttentionPrefix? = nil, tape: Tape
  ) -> Tensor {
    let noise = dropout.rate > 0 ? tape.noise : nil
    return tape.attention(
      q, k, v, queries: queries, offsets: batch.offsets, keyCounts: batch.readCounts, heads: heads,
      prefixKeys: prefix?.keys,
      prefixValues: prefix?.values, ownPrefixLength: prefix?.ownLength,
      dropout: noise.map { (rate: dropout.rate, key: $0.derived(dropout.label)) })
  }
}
