/// What keeps a checkpoint from being read or written.
public enum CheckpointError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file itself: missing, not readable, disk full.
  case file(FileError)
  /// The inside of a safetensors file.
  case damaged(path: String, SafetensorsFault)
  /// The inside of a file of `torch.save`.
  case damagedArchive(path: String, TorchArchiveFault)
  /// More tensors or bytes than a plain zip archive holds.
  case archiveTooLarge(path: String, tensors: Int, bytes: Int)
  /// The inside of `model.safetensors.index.json`.
  case badIndex(path: String, ShardIndexFault)
  /// The inside of `config.json`.
  case badConfig(path: String, BackboneConfigFault)
  /// A folder without weights; `others` names files of formats that are not read.
  case noWeights(folder: String, others: [String])
  case missingTensor(path: String, name: String, suggestion: String?)
  case wrongShape(path: String, name: String, expected: [Int], got: [Int])
  case notFloats(path: String, name: String, type: String)
  case unusedTensors(path: String, names: [String])
  case duplicateName(path: String, name: String)
  case reservedName(path: String)

  public var description: String {
    switch self {
    case .file(let error): return error.description
    case .damaged(let path, let fault): return "checkpoint \(path): \(fault)"
    case .damagedArchive(let path, let fault): return "\(path): \(fault)"
    case .archiveTooLarge(let path, let tensors, let bytes):
      return "\(path): \(tensors) tensors of \(bytes) bytes do not fit a file of torch.save here:"
        + " at most \(TorchArchiveWriter.entryLimit - 3) tensors and"
        + " \(TorchArchiveWriter.byteLimit) bytes. Export a smaller configuration."
    case .badIndex(let path, let fault): return "\(path): \(fault)"
    case .badConfig(let path, let fault): return "\(path): \(fault)"
    case .noWeights(let folder, let others):
      let found = others.isEmpty ? "" : ", but \(others.joined(separator: ", "))"
      return "\(folder): no model.safetensors and no model.safetensors.index.json here\(found). "
        + (others.isEmpty
          ? "Is this the folder of a model?" : "Convert the weights to safetensors first.")
    case .missingTensor(let path, let name, let suggestion):
      let hint = suggestion.map { " Did you mean '\($0)'?" } ?? ""
      return "checkpoint \(path): there is no tensor '\(name)'.\(hint)"
    case .wrongShape(let path, let name, let expected, let got):
      return "checkpoint \(path): tensor '\(name)' has shape \(got), expected \(expected). "
        + "Do config.json and the weights belong to the same model?"
    case .notFloats(let path, let name, let type):
      return "checkpoint \(path): tensor '\(name)' is \(type), expected F32, F16 or BF16. "
        + "Convert it first."
    case .unusedTensors(let path, let names):
      let shown = names.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
      let more = names.count > 5 ? " and \(names.count - 5) more" : ""
      return "checkpoint \(path): \(names.count) tensor\(names.count == 1 ? "" : "s") that this "
        + "architecture does not know: \(shown)\(more). Is this the checkpoint of another model?"
    case .duplicateName(let path, let name):
      return "\(path): cannot write two tensors of the name '\(name)'."
    case .reservedName(let path):
      return "\(path): cannot write a tensor of the name '__metadata__', "
        + "which safetensors keeps for itself."
    }
  }
}
