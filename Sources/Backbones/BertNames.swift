internal import NeuralNets

/// The names of a BERT encoder's tensors in a checkpoint, without the `bert.` prefix.
///
/// A parameter's `path` is its name here.
public enum BertNames {
  /// What stands before every name in the checkpoint of a model with a task head.
  public static let prefix = "bert."

  static let words = "embeddings.word_embeddings.weight"
  static let positions = "embeddings.position_embeddings.weight"
  static let types = "embeddings.token_type_embeddings.weight"
  static let embeddingNorm = "embeddings.LayerNorm"
  static let pooler = "pooler.dense"

  /// The module of a linear map: its tensors are `.weight` and `.bias` below it.
  static func linear(_ point: InsertionPoint, layer: Int) -> String {
    let whole = "encoder.layer.\(layer)"
    let base = whole + "."
    switch point {
    case .query, .key, .value: return base + "attention.self.\(point.rawValue)"
    case .attentionOutput, .attentionBlock: return base + "attention.output.dense"
    case .feedForwardIn: return base + "intermediate.dense"
    case .feedForwardOut, .feedForwardBlock: return base + "output.dense"
    case .attention: return base + "attention.self"
    case .embeddings, .input: return "embeddings"
    case .layer: return whole
    }
  }

  static func attentionNorm(layer: Int) -> String {
    "encoder.layer.\(layer).attention.output.LayerNorm"
  }

  static func feedForwardNorm(layer: Int) -> String {
    "encoder.layer.\(layer).output.LayerNorm"
  }

  /// The name of a norm's parameter in checkpoints converted from TensorFlow; nil for others.
  static func olderName(_ name: String) -> String? {
    for (end, older) in [(".weight", ".gamma"), (".bias", ".beta")]
    where name.hasSuffix("LayerNorm" + end) {
      return name.dropLast(end.count) + older
    }
    return nil
  }

  /// Beginnings of the names of task heads that a BERT checkpoint may carry beside the encoder.
  static let headPrefixes = ["cls.", "classifier.", "qa_outputs."]
  /// A table of 0, 1, 2, … that old checkpoints carry; it is no parameter.
  static let positionNumbers = "embeddings.position_ids"
}
