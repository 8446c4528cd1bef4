/// Why a foreign adapter cannot be read.
public enum ImportError: Error, Hashable, Sendable, CustomStringConvertible {
  case notAnAdapter(folder: String, reason: String)
  case noWeights(folder: String, expected: [String])
  case badField(file: String, field: String, expected: String, got: String)
  case unsupported(file: String, what: String, reason: String)
  case otherBackbone(file: String, what: String, adapter: String, backbone: String)
  case unknownModule(file: String, module: String)
  case missingTensor(file: String, name: String)
  case wrongShape(file: String, name: String, expected: [Int], got: [Int])
  case notFinite(file: String, name: String)
  case damaged(file: String, reason: String)
  case nothingAdapted(file: String)
  case noHead(folder: String)
  case wrongOutputCount(adapter: Int, task: Int)
  case otherLabels(adapter: [String], task: [String])

  public var description: String {
    switch self {
    case .notAnAdapter(let folder, let reason):
      "import: \(folder) holds no adapter of PEFT or AdapterHub: \(reason)."
    case .noWeights(let folder, let expected):
      "import: \(folder) has a configuration and no weights; expected "
        + expected.joined(separator: " or ") + ". Was the adapter saved whole?"
    case .badField(let file, let field, let expected, let got):
      "\(file): '\(field)' must be \(expected), got \(got)."
    case .unsupported(let file, let what, let reason):
      "\(file): \(what) cannot be read: \(reason)."
    case .otherBackbone(let file, let what, let adapter, let backbone):
      "\(file): the adapter is made for a backbone with \(what) \(adapter), and this one has"
        + " \(backbone). Name the right --backbone."
    case .unknownModule(let file, let module):
      "\(file): '\(module)' is no map of this backbone that an adapter can be read for. Is"
        + " --backbone the model that the adapter was made for?"
    case .missingTensor(let file, let name):
      "\(file): tensor '\(name)' is missing, which the configuration promises. Was the adapter"
        + " saved whole?"
    case .wrongShape(let file, let name, let expected, let got):
      "\(file): tensor '\(name)' has shape \(got), expected \(expected). Is --backbone the model"
        + " that the adapter was made for?"
    case .notFinite(let file, let name):
      "\(file): tensor '\(name)' has values that are not finite. Was its training healthy?"
    case .damaged(let file, let reason):
      "\(file): \(reason)."
    case .nothingAdapted(let file):
      "\(file): the adapter changes nothing in the backbone."
    case .noHead(let folder):
      "import: \(folder) holds no prediction head, so there is nothing to score. Add --continue to"
        + " train one on the task."
    case .wrongOutputCount(let adapter, let task):
      "import: the adapter's head gives \(adapter) numbers, and the task asks for \(task). Name the"
        + " task that it was trained on."
    case .otherLabels(let adapter, let task):
      "import: the adapter answers with \(adapter.joined(separator: ", ")), the task asks for"
        + " \(task.joined(separator: ", ")). Say with --labels what the adapter's outputs stand"
        + " for, in their order."
    }
  }

  /// A fault of a reader that exports share, said for a file of somebody else.
  init(_ error: ExportError) {
    switch error {
    case .missingTensor(let file, let name): self = .missingTensor(file: file, name: name)
    case .wrongShape(let file, let name, let expected, let got):
      self = .wrongShape(file: file, name: name, expected: expected, got: got)
    case .damaged(let file, let reason): self = .damaged(file: file, reason: reason)
    case .unknownArchitecture(let type, let known):
      self = .otherBackbone(
        file: "import", what: "model_type", adapter: known.joined(separator: " or "),
        backbone: type)
    case .unknownFormat, .refused, .outputExists, .cannotCreate:
      preconditionFailure("ImportError: reading an adapter writes nothing: \(error)")
    }
  }
}
