public import Checkpoints
public import NeuralNets

/// The sizes and choices of a BERT-type encoder.
///
/// Reference: arXiv 1810.04805; transformers models/bert/configuration_bert.py.
public struct BertConfiguration: Hashable, Sendable {
  /// V, rows of the word table.
  public var vocabulary: Int
  /// D, the hidden width.
  public var width: Int
  /// L, the number of layers.
  public var layers: Int
  /// H, the number of attention heads; D is a multiple of it.
  public var heads: Int
  /// F, the inner width of the feed-forward network.
  public var feedForward: Int
  /// Rows of the position table: the longest sequence in tokens.
  public var positions: Int
  /// Rows of the token-type table.
  public var tokenTypes: Int
  /// The token of padding; packed batches have none, unless a method asks for it.
  public var paddingToken: Int
  public var activation: Activation
  /// ε of every layer norm.
  public var epsilon: Float
  /// The rates that the checkpoint was trained with.
  public var dropout: BackboneDropout

  public init(
    vocabulary: Int, width: Int, layers: Int, heads: Int, feedForward: Int, positions: Int = 512,
    tokenTypes: Int = 2, paddingToken: Int = 0, activation: Activation = .gelu,
    epsilon: Float = 1e-12,
    dropout: BackboneDropout = BackboneDropout(hidden: 0.1, attention: 0.1)
  ) {
    self.vocabulary = vocabulary
    self.width = width
    self.layers = layers
    self.heads = heads
    self.feedForward = feedForward
    self.positions = positions
    self.tokenTypes = tokenTypes
    self.paddingToken = paddingToken
    self.activation = activation
    self.epsilon = epsilon
    self.dropout = dropout
  }

  /// The activations by their names in `hidden_act`.
  static let activations: [String: Activation] = [
    "gelu": .gelu, "gelu_new": .geluTanh, "gelu_pytorch_tanh": .geluTanh, "relu": .relu,
    "tanh": .tanh, "silu": .silu, "swish": .silu,
  ]

  /// The sizes of a `config.json`.
  ///
  /// - Throws: `BackboneError.unsupportedActivation`.
  public init(_ config: BackboneConfig) throws(BackboneError) {
    guard let activation = Self.activations[config.hiddenActivation] else {
      throw .unsupportedActivation(config.hiddenActivation, known: Array(Self.activations.keys))
    }
    self.init(
      vocabulary: config.vocabSize, width: config.hiddenSize, layers: config.numHiddenLayers,
      heads: config.numAttentionHeads, feedForward: config.intermediateSize,
      positions: config.maxPositionEmbeddings, tokenTypes: config.typeVocabSize,
      paddingToken: config.padTokenID, activation: activation,
      epsilon: Float(config.layerNormEpsilon),
      dropout: BackboneDropout(
        hidden: Float(config.hiddenDropout), attention: Float(config.attentionDropout)))
  }
}
