internal import Backbones
internal import Checkpoints
internal import Foundation
internal import NeuralNets
internal import TensorCore

/// The folder of a pretrained encoder in the layout of Hugging Face.
struct PretrainedFolder {
  private let path: String

  /// Makes the folder where it does not exist, before any work is done.
  init(path: String) throws(PretrainingError) {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true)
    } catch {
      throw .cannotCreateFolder(path: path, reason: error.localizedDescription)
    }
    self.path = path
  }

  /// Writes `config.json`, `vocab.txt`, `tokenizer_config.json` and `model.safetensors` (F16).
  ///
  /// The configuration asks for computation in single precision, which is what this program does
  /// with weights stored in half.
  /// - Returns: the size of the weight file in bytes.
  func write(_ encoder: Bert, settings: PretrainingSettings) throws -> Int {
    try AtomicFile.write(Self.config(encoder.configuration), to: path + "/config.json")
    let words = EmbeddedLexicon.standard.vocabulary
    try AtomicFile.write(words.joined(separator: "\n") + "\n", to: path + "/vocab.txt")
    try AtomicFile.write(Self.tokenizerConfig, to: path + "/tokenizer_config.json")
    let bytes = HalfPrecision.checkpoint(
      encoder.parameters.map {
        (encoder.checkpointName(of: $0), $0.parameter.shape, $0.parameter.values)
      },
      metadata: ["format": "pt", "autopeft": "pretrain seed \(settings.seed)"])
    try AtomicFile.write(bytes, to: path + "/model.safetensors")
    return bytes.count
  }

  private static func config(_ configuration: BertConfiguration) -> String {
    """
    {
      "architectures": ["BertModel"],
      "model_type": "bert",
      "hidden_act": "gelu",
      "hidden_size": \(configuration.width),
      "num_hidden_layers": \(configuration.layers),
      "num_attention_heads": \(configuration.heads),
      "intermediate_size": \(configuration.feedForward),
      "vocab_size": \(configuration.vocabulary),
      "max_position_embeddings": \(configuration.positions),
      "type_vocab_size": \(configuration.tokenTypes),
      "layer_norm_eps": \(configuration.epsilon),
      "hidden_dropout_prob": \(configuration.dropout.hidden),
      "attention_probs_dropout_prob": \(configuration.dropout.attention),
      "initializer_range": 0.05,
      "pad_token_id": \(EmbeddedLexicon.Token.pad),
      "torch_dtype": "float32"
    }

    """
  }

  private static let tokenizerConfig = """
    {
      "tokenizer_class": "BertTokenizer",
      "do_lower_case": true,
      "model_max_length": 48,
      "unk_token": "[UNK]",
      "sep_token": "[SEP]",
      "pad_token": "[PAD]",
      "cls_token": "[CLS]",
      "mask_token": "[MASK]"
    }

    """
}
