internal import StrictJSON

/// The fields of a Hugging Face `config.json` that decide the numbers of an encoder.
///
/// Property names are the file's keys in Swift spelling. Keys that are not listed here are ignored;
/// a listed key with a wrong type or an impossible value is an error. Sizes must be in the file;
/// the rest has the defaults of `BertConfig`.
///
/// Reference: huggingface/transformers src/transformers/models/bert/configuration_bert.py.
public struct BackboneConfig: Sendable, Hashable {
  /// The architectures that can be read, by `model_type`.
  public static let supportedModelTypes = ["bert"]

  /// `model_type`, such as "bert".
  public let modelType: String
  /// `vocab_size`: V.
  public let vocabSize: Int
  /// `hidden_size`: D.
  public let hiddenSize: Int
  /// `num_hidden_layers`: L.
  public let numHiddenLayers: Int
  /// `num_attention_heads`: H; divides D.
  public let numAttentionHeads: Int
  /// `intermediate_size`: F.
  public let intermediateSize: Int
  /// `max_position_embeddings`: the longest sequence.
  public let maxPositionEmbeddings: Int
  /// `type_vocab_size`: kinds of segments; 2 where the file does not say.
  public let typeVocabSize: Int
  /// `hidden_act`: one of `supportedActivations`; "gelu" where the file does not say.
  public let hiddenActivation: String
  /// `hidden_dropout_prob`, in 0 ..< 1; 0.1 where the file does not say.
  public let hiddenDropout: Double
  /// `attention_probs_dropout_prob`, in 0 ..< 1; 0.1 where the file does not say.
  public let attentionDropout: Double
  /// `classifier_dropout`, in 0 ..< 1; `hiddenDropout` where the file does not say or says null.
  public let classifierDropout: Double
  /// `layer_norm_eps`, above 0; 1e-12 where the file does not say.
  public let layerNormEpsilon: Double
  /// `initializer_range`, the deviation of new weights; 0.02 where the file does not say.
  public let initializerRange: Double
  /// `pad_token_id`; 0 where the file does not say or says null.
  public let padTokenID: Int
  /// Label names of a trained classifier in the order of `id2label`; empty where there are none.
  public let labels: [String]

  /// Names of `hidden_act` that BERT checkpoints use.
  public static let supportedActivations = [
    "gelu", "gelu_new", "gelu_pytorch_tanh", "relu", "tanh", "silu", "swish",
  ]

  /// Width of one head: K = D / H.
  public var headWidth: Int { hiddenSize / numAttentionHeads }

  /// Reads a `config.json`.
  ///
  /// - Throws: `CheckpointError.file` or `.badConfig`.
  public init(path: String) throws(CheckpointError) {
    let bytes: [UInt8]
    do { bytes = try MappedFile.contents(of: path) } catch { throw .file(error) }
    do { try self.init(json: bytes) } catch { throw .badConfig(path: path, error) }
  }

  init(json bytes: [UInt8]) throws(BackboneConfigFault) {
    let value: JSONValue
    do { value = try JSONValue(parsing: bytes) } catch { throw .notJSON(error.description) }
    guard let object = value.object else { throw .notObject(got: value.inWords) }
    let fields = ConfigFields(object: object)
    modelType = try fields.text("model_type")
    guard Self.supportedModelTypes.contains(modelType) else {
      throw .unsupportedModel(modelType, supported: Self.supportedModelTypes)
    }
    try Self.refuseVariants(fields)

    vocabSize = try fields.integer("vocab_size", 1...10_000_000)
    hiddenSize = try fields.integer("hidden_size", 1...65_536)
    numHiddenLayers = try fields.integer("num_hidden_layers", 1...1_024)
    numAttentionHeads = try fields.integer("num_attention_heads", 1...1_024)
    guard hiddenSize.isMultiple(of: numAttentionHeads) else {
      throw .indivisible(width: hiddenSize, heads: numAttentionHeads)
    }
    intermediateSize = try fields.integer("intermediate_size", 1...1_048_576)
    maxPositionEmbeddings = try fields.integer("max_position_embeddings", 1...1_048_576)
    typeVocabSize = try fields.integer("type_vocab_size", 1...1_024, default: 2)
    hiddenActivation = try fields.text("hidden_act", default: "gelu")
    guard Self.supportedActivations.contains(hiddenActivation) else {
      throw .unsupportedValue(
        field: "hidden_act", got: "'\(hiddenActivation)'", supported: Self.supportedActivations)
    }
    hiddenDropout = try fields.rate("hidden_dropout_prob", default: 0.1)
    attentionDropout = try fields.rate("attention_probs_dropout_prob", default: 0.1)
    classifierDropout = try fields.rate("classifier_dropout", default: hiddenDropout)
    layerNormEpsilon = try fields.positive("layer_norm_eps", below: 1, default: 1e-12)
    initializerRange = try fields.positive("initializer_range", below: 100, default: 0.02)
    padTokenID = try fields.integer("pad_token_id", 0...(vocabSize - 1), default: 0)
    labels = try fields.labels()
  }

  /// Variants of BERT whose numbers differ.
  private static func refuseVariants(_ fields: ConfigFields) throws(BackboneConfigFault) {
    let positions = try fields.text("position_embedding_type", default: "absolute")
    if positions != "absolute" {
      throw .unsupportedValue(
        field: "position_embedding_type", got: "'\(positions)'", supported: ["absolute"])
    }
    for field in ["is_decoder", "add_cross_attention"] {
      if try fields.flag(field, default: false) {
        throw .unsupportedValue(field: field, got: "true", supported: ["false"])
      }
    }
  }
}
