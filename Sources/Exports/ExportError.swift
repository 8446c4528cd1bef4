/// Why an export cannot be written or read back.
public enum ExportError: Error, Hashable, Sendable, CustomStringConvertible {
  case unknownFormat(String, known: [String])
  case refused(format: String, reason: String, others: [String])
  case unknownArchitecture(String, known: [String])
  case outputExists(String)
  case cannotCreate(String, reason: String)
  case missingTensor(file: String, name: String)
  case wrongShape(file: String, name: String, expected: [Int], got: [Int])
  case damaged(file: String, reason: String)

  public var description: String {
    switch self {
    case .unknownFormat(let name, let known):
      return "export: unknown format '\(name)'. Choose one of: \(known.joined(separator: ", "))."
    case .refused(let format, let reason, let others):
      let next =
        others.isEmpty
        ? "No other format can hold it."
        : "Formats that can hold it: \(others.joined(separator: ", "))."
      return "export: format '\(format)' cannot express this configuration: \(reason)\n  \(next)"
    case .unknownArchitecture(let type, let known):
      return "export: no task class is known for model_type '\(type)'; known are "
        + known.joined(separator: ", ") + "."
    case .outputExists(let path):
      return "export: \(path) exists and is not an empty folder. Choose another --output, or"
        + " remove it."
    case .cannotCreate(let path, let reason):
      return "export: cannot create \(path): \(reason)."
    case .missingTensor(let file, let name):
      return "\(file): tensor '\(name)' is missing; the export is not complete."
    case .wrongShape(let file, let name, let expected, let got):
      return "\(file): tensor '\(name)' has shape \(got), expected \(expected)."
    case .damaged(let file, let reason):
      return "\(file): \(reason)."
    }
  }
}
