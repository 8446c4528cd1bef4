import Checkpoints
import Foundation
import SearchSpaces
import Training

/// What can be said of a backbone without loading its weights into a network.
struct BackboneFacts {
  let directory: BackboneDirectory

  /// - Parameter name: `embedded` or a folder in the Hugging Face layout.
  init(name: String) throws {
    directory = try BackboneDirectory(
      path: name == "embedded" ? EmbeddedBackbone.path() : name)
  }

  var shape: BackboneShape {
    get throws {
      let config = directory.config
      let names = try directory.weights().names
      return BackboneShape(
        layers: config.numHiddenLayers, width: config.hiddenSize,
        feedForward: config.intermediateSize, heads: config.numAttentionHeads,
        vocabulary: config.vocabSize, positions: config.maxPositionEmbeddings,
        tokenTypes: config.typeVocabSize,
        hasPooler: names.contains { $0.hasSuffix("pooler.dense.weight") })
    }
  }

  func contentHashes() throws -> [(file: String, sha256: String)] {
    try directory.contentHashes()
  }

  /// The absolute form of a backbone's or task's name as a run keeps it.
  static func absolute(_ name: String) -> String {
    guard FileManager.default.fileExists(atPath: name) else { return name }
    return URL(filePath: name).standardizedFileURL.path
  }
}
