internal import Foundation

/// The tiny pretrained encoder that is part of the program.
public enum EmbeddedBackbone {
  /// The directory of its checkpoint and tokenizer, in the Hugging Face layout.
  public static func path() throws(TrialError) -> String {
    guard let folder = Bundle.module.resourceURL?.appending(path: "Embedded").path(),
      FileManager.default.fileExists(atPath: "\(folder)/config.json")
    else { throw .embeddedMissing(folder: Bundle.module.bundlePath) }
    return folder
  }
}
