/// What is wrong inside `model.safetensors.index.json` or between it and its files.
public enum ShardIndexFault: Error, Hashable, Sendable, CustomStringConvertible {
  case notJSON(String)
  case noWeightMap
  case notText(tensor: String, got: String)
  case badFileName(tensor: String, file: String)
  case notInFile(tensor: String, file: String)
  case notInIndex(tensor: String, file: String)
  case otherFile(tensor: String, expected: String, got: String)

  public var description: String {
    switch self {
    case .notJSON(let reason):
      return "not JSON: \(reason)"
    case .noWeightMap:
      return "expected an object with the key 'weight_map' that maps tensor names to file names."
    case .notText(let tensor, let got):
      return "'weight_map' must give a file name for tensor '\(tensor)', got \(got)."
    case .badFileName(let tensor, let file):
      return "'weight_map' must name a file of the same folder for tensor '\(tensor)', "
        + "got '\(file)'."
    case .notInFile(let tensor, let file):
      return "'weight_map' says that tensor '\(tensor)' is in '\(file)', but it is not there."
    case .notInIndex(let tensor, let file):
      return "tensor '\(tensor)' is in '\(file)', but 'weight_map' does not list it."
    case .otherFile(let tensor, let expected, let got):
      return "'weight_map' says that tensor '\(tensor)' is in '\(expected)', found in '\(got)'."
    }
  }
}
