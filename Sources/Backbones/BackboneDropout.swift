/// Rates of the dropout inside a backbone while it is trained; both zero is none.
public struct BackboneDropout: Hashable, Sendable {
  /// After the embeddings and after each residual branch.
  public var hidden: Float
  /// On the attention weights.
  public var attention: Float

  public init(hidden: Float, attention: Float) {
    self.hidden = hidden
    self.attention = attention
  }

  /// No dropout: the default of a search, since hidden states can then be computed once and kept.
  public static let off = BackboneDropout(hidden: 0, attention: 0)
}
