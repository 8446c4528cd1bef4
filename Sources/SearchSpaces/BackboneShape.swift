/// The sizes of a transformer that decide parameter counts and costs.
///
/// It is the only thing the search side knows of a backbone.
public struct BackboneShape: Codable, Hashable, Sendable {
  /// L, the number of layers.
  public var layers: Int
  /// How many of the layers, the last ones, are a decoder's; 0 for an encoder.
  public var decoderLayers: Int
  /// D, the hidden width.
  public var width: Int
  /// F, the inner width of the feed-forward block.
  public var feedForward: Int
  /// H, the number of attention heads.
  public var heads: Int
  /// V, the number of token embeddings.
  public var vocabulary: Int
  /// Rows of the position table.
  public var positions: Int
  /// Rows of the token-type table.
  public var tokenTypes: Int
  /// Whether the checkpoint has a pooler (a D × D layer on the first token).
  public var hasPooler: Bool
  /// Whether norms stand before the blocks that read them (pre-LN) and not behind the residual sums
  /// (post-LN, as in BERT).
  public var normsComeFirst: Bool

  /// The fewest tokens that rows inserted in front of a text must leave to it, and that a training
  /// may cut texts to: three special tokens of a pair and a few words.
  public static let shortestText = 8

  public init(
    layers: Int, width: Int, feedForward: Int, heads: Int, vocabulary: Int = 30_522,
    positions: Int = 512, tokenTypes: Int = 2, hasPooler: Bool = true, decoderLayers: Int = 0,
    normsComeFirst: Bool = false
  ) {
    self.layers = layers
    self.width = width
    self.feedForward = feedForward
    self.heads = heads
    self.vocabulary = vocabulary
    self.positions = positions
    self.tokenTypes = tokenTypes
    self.hasPooler = hasPooler
    self.decoderLayers = decoderLayers
    self.normsComeFirst = normsComeFirst
  }

  /// All parameters of the backbone, pooler included, task head excluded.
  ///
  /// Decoder layers hold a cross-attention of 4(D² + D) and its norm of 2D besides.
  ///
  /// V·D + positions·D + types·D + 2D + L·(4(D² + D) + 2DF + F + D + 4D) + (D² + D with a pooler).
  public var parameterCount: Int {
    let embeddings = (vocabulary + positions + tokenTypes + 2) * width
    let attention = 4 * (width * width + width)
    let block = attention + 2 * width * feedForward + feedForward + width + 4 * width
    let crossAttention = decoderLayers * (attention + 2 * width)
    return embeddings + layers * block + crossAttention + (hasPooler ? width * width + width : 0)
  }
}
