import Checkpoints
import Exports
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
    get throws { try directory.shape() }
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
