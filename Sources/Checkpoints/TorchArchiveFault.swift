/// What is wrong inside a file of `torch.save`.
public enum TorchArchiveFault: Error, Hashable, Sendable, CustomStringConvertible {
  case notZip(size: Int)
  /// The list of entries at the end, or an entry that reaches past the end.
  case pastEnd(what: String)
  case compressed(entry: String, method: Int)
  case wrongChecksum(entry: String)
  case missingEntry(String)
  case wrongByteCount(tensor: String, needed: Int, got: Int)
  /// The pickle is not that of a dictionary of tensors; the text says why.
  case pickle(String)

  public var description: String {
    switch self {
    case .notZip(let size):
      return "its \(size) bytes are no zip archive. Is this a file of torch.save, and complete?"
    case .pastEnd(let what):
      return "\(what) reaches past the end of the file. Is it complete?"
    case .compressed(let entry, let method):
      return "the entry '\(entry)' is compressed (method \(method)), expected stored bytes as"
        + " torch.save writes them."
    case .wrongChecksum(let entry):
      return "the checksum of the entry '\(entry)' does not fit its bytes; the file is damaged."
    case .missingEntry(let name):
      return "there is no entry '\(name)'. Is this a file of torch.save?"
    case .wrongByteCount(let tensor, let needed, let got):
      return "tensor '\(tensor)' needs \(needed) bytes of its storage, which has \(got)."
    case .pickle(let reason):
      return "data.pkl is not the pickle of a dictionary of float32 tensors: \(reason)."
    }
  }
}
