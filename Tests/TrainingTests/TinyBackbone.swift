import Backbones
import Checkpoints
import Foundation
import LinearAlgebra
import NeuralNets
import TensorCore

/// A two-layer BERT with random weights and a vocabulary of twelve words, as a directory.
enum TinyBackbone {
  static let words = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "blue", "green", "warm", "cold", "old",
    "new",
  ]

  /// Makes the directory inside a folder; its path.
  ///
  /// - Parameter saysCasing: whether a file says that letters become small.
  static func make(
    in folder: TemporaryFolder, hasPooler: Bool = true, saysCasing: Bool = true
  ) throws -> String {
    let path = try folder.makeFolder(hasPooler ? "tiny" : "tiny-without-pooler")
    let configuration = BertConfiguration(
      vocabulary: words.count, width: 16, layers: 2, heads: 2, feedForward: 32, positions: 16)
    let key = RandomKey(seed: 5)
    let bert = Bert(configuration, hasPooler: hasPooler) { name, shape in
      let start: Initialization =
        name.hasSuffix("LayerNorm.weight") ? .constant(1) : .normal(standardDeviation: 0.2)
      return Parameter(
        path: name, shape: shape, values: start.values(shape, key: key.derived(name)))
    }
    try SafetensorsWriter.write(bert.checkpointTensors(), to: "\(path)/model.safetensors")
    try AtomicFile.write(config, to: "\(path)/config.json")
    try AtomicFile.write(words.joined(separator: "\n") + "\n", to: "\(path)/vocab.txt")
    if saysCasing {
      try AtomicFile.write(#"{"do_lower_case": true}"#, to: "\(path)/tokenizer_config.json")
    }
    return path
  }

  private static let config = """
    {"model_type": "bert", "hidden_act": "gelu", "hidden_size": 16, "num_hidden_layers": 2,
     "num_attention_heads": 2, "intermediate_size": 32, "vocab_size": 12,
     "max_position_embeddings": 16, "type_vocab_size": 2, "layer_norm_eps": 1e-12,
     "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1}
    """
}

/// A folder of a test's own, removed with the last reference to it.
final class TemporaryFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "autopeft-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path()
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Makes a folder inside; its path.
  func makeFolder(_ name: String) throws -> String {
    let inner = "\(path)/\(name)"
    try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: true)
    return inner
  }

  /// Writes a file inside; its path.
  func write(_ text: String, to name: String) throws -> String {
    try write(Array(text.utf8), to: name)
  }

  func write(_ bytes: [UInt8], to name: String) throws -> String {
    let file = "\(path)/\(name)"
    try AtomicFile.write(bytes, to: file)
    return file
  }
}
