/// A pretrained model in the layout of Hugging Face: one folder with `config.json`, the weights
/// as safetensors, and the files of its tokenizer.
public struct BackboneDirectory: Sendable {
  public let path: String
  public let config: BackboneConfig

  /// Reads and checks `config.json`; weights and tokenizer are opened when they are asked for.
  ///
  /// - Throws: `CheckpointError.file` or `.badConfig`.
  public init(path: String) throws(CheckpointError) {
    guard FolderListing.exists(path) else { throw .file(.notFound(path: path)) }
    self.path = path
    config = try BackboneConfig(path: path + "/config.json")
  }

  /// Opens the weights; every call gives a reader with its own record of used tensors.
  public func weights() throws(CheckpointError) -> WeightReader {
    try WeightReader(directory: path)
  }

  /// The files that exist of `model.safetensors` or of the shards with their index.
  public func weightFiles() throws(CheckpointError) -> [String] {
    let single = path + "/model.safetensors"
    if FolderListing.exists(single) { return [single] }
    let index = path + "/model.safetensors.index.json"
    guard FolderListing.exists(index) else { return [] }
    return [index] + (try ShardIndex(path: index).fileNames.map { path + "/" + $0 })
  }

  /// The files of the tokenizer that exist, in the order in which they are preferred.
  public var tokenizerFiles: [String] {
    ["tokenizer.json", "vocab.txt", "tokenizer_config.json", "special_tokens_map.json"]
      .map { path + "/" + $0 }.filter(FolderListing.exists)
  }

  /// SHA-256 of every file that decides numbers, by file name: configuration, weights, tokenizer.
  ///
  /// Reads everything: about 0.4 s for 100 MB.
  public func contentHashes() throws(CheckpointError) -> [(file: String, sha256: String)] {
    var result: [(file: String, sha256: String)] = []
    for file in [path + "/config.json"] + (try weightFiles()) + tokenizerFiles {
      do throws(FileError) {
        let name = String(file.dropFirst(path.count + 1))
        result.append((name, try SHA256.hexadecimal(ofFile: file)))
      } catch { throw .file(error) }
    }
    return result
  }
}
