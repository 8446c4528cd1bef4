public import NeuralNets

/// A method instance, a configuration or an adapter file that cannot be used, and what to do.
public enum MethodError: Error, Equatable, CustomStringConvertible {
  case unknownMethod(name: String, known: [String])
  case unknownParameter(method: String, name: String, known: [String])
  case wrongValue(method: String, parameter: String, expected: String, got: String)
  case layerCountMismatch(configuration: Int, backbone: Int)
  case wrongScope(method: String, belongsTo: String, foundIn: String)
  case repeatedMethod(method: String, place: String)
  case conflictingClaims(weight: String, place: String, methods: [String])
  case refused(method: String, reason: String)
  case siteTaken(method: String, site: InsertionSite)
  case siteNotOffered(method: String, site: InsertionSite, offered: [String])
  case hostParameterMissing(method: String, name: String, layer: Int?)
  case noRoomForText(method: String, rows: Int, positions: Int, longest: Int)
  case notMergeable(methods: [String])
  case missingTensors(names: [String])
  case unknownTensors(names: [String])
  case repeatedTensor(name: String)
  case wrongShape(tensor: String, expected: [Int], got: [Int])
  case wrongValueCount(tensor: String, expected: Int, got: Int)
  case mergeTargetDiffers(tensor: String, expected: [Int], got: [Int])

  public var description: String {
    switch self {
    case .unknownMethod, .unknownParameter, .wrongValue:
      return instanceSentence
    case .layerCountMismatch, .wrongScope, .repeatedMethod, .conflictingClaims, .siteNotOffered,
      .refused, .siteTaken, .hostParameterMissing, .noRoomForText:
      return placementSentence
    case .notMergeable, .missingTensors, .unknownTensors, .repeatedTensor, .wrongShape,
      .wrongValueCount, .mergeTargetDiffers:
      return tensorSentence
    }
  }

  private var instanceSentence: String {
    switch self {
    case .unknownMethod(let name, let known):
      return "unknown method '\(name)'. Methods are: \(known.joined(separator: ", "))."
    case .unknownParameter(let method, let name, let known):
      return "method '\(method)' has no parameter '\(name)'. "
        + "Its parameters are: \(known.joined(separator: ", "))."
    case .wrongValue(let method, let parameter, let expected, let got):
      return "method '\(method)': \(parameter) must be \(expected), got \(got)."
    default:
      return ""
    }
  }

  private var placementSentence: String {
    switch self {
    case .layerCountMismatch(let configuration, let backbone):
      return "the configuration's groups hold \(configuration) layers, the backbone has "
        + "\(backbone). Make the group sizes sum to \(backbone)."
    case .wrongScope(let method, let belongsTo, let foundIn):
      return "method '\(method)' belongs to \(belongsTo) and stands in \(foundIn). Move it to "
        + "\(belongsTo)."
    case .repeatedMethod(let method, let place):
      return "method '\(method)' stands twice in \(place). Keep one of them."
    case .conflictingClaims(let weight, let place, let methods):
      return "\(place): methods \(quoted(methods)) both rewrite '\(weight)'. "
        + "Keep one of them there."
    case .refused(let method, let reason):
      return "method '\(method)' \(reason)."
    case .siteTaken(let method, let site):
      return
        "method '\(method)' needs the site '\(site.point.rawValue)' of layer \(site.layer) for "
        + "itself, and another method has it. Keep one of them there."
    case .siteNotOffered(let method, let site, let offered):
      return "method '\(method)' needs the site '\(site.point.rawValue)' of layer \(site.layer), "
        + "which this backbone does not offer. It offers: \(offered.joined(separator: ", "))."
    case .hostParameterMissing(let method, let name, let layer):
      let place = layer.map { "layer \($0) of this backbone" } ?? "this backbone"
      return "method '\(method)' rewrites '\(name)', which \(place) does not have. "
        + "Choose other terms for this backbone."
    case .noRoomForText(let method, let rows, let positions, let longest):
      return "method '\(method)' takes \(rows) positions in front of every text, and of the "
        + "\(positions) positions that are left it needs \(positions - longest). "
        + (longest > 0
          ? "Choose a length of at most \(longest)." : "Leave the method out for this backbone.")
    default:
      return ""
    }
  }

  private var tensorSentence: String {
    switch self {
    case .notMergeable(let methods):
      return "\(quoted(methods)) cannot be folded into the backbone's weights. "
        + "Keep the adapter as a file of its own."
    case .missingTensors(let names):
      return "the adapter file lacks \(counted(names)): \(listed(names)). "
        + "Is it from another configuration?"
    case .unknownTensors(let names):
      return "the adapter file has \(counted(names)) that the configuration does not: "
        + "\(listed(names)). Is it from another configuration?"
    case .repeatedTensor(let name):
      return "the adapter file names tensor '\(name)' twice. Write it anew."
    case .wrongShape(let tensor, let expected, let got):
      return "adapter tensor '\(tensor)' has shape \(got), expected \(expected). "
        + "Is it from another configuration or backbone?"
    case .wrongValueCount(let tensor, let expected, let got):
      return "adapter tensor '\(tensor)' has \(got) values, its shape needs \(expected). "
        + "The file is damaged; write it anew."
    case .mergeTargetDiffers(let tensor, let expected, let got):
      return "cannot merge into a backbone whose '\(tensor)' has shape \(got), expected "
        + "\(expected). Merge into the backbone that was trained."
    default:
      return ""
    }
  }

  private func quoted(_ names: [String]) -> String {
    names.map { "'\($0)'" }.joined(separator: " and ")
  }

  private func counted(_ names: [String]) -> String {
    names.count == 1 ? "1 tensor" : "\(names.count) tensors"
  }

  /// The first three names; a wrong file would otherwise list hundreds.
  private func listed(_ names: [String]) -> String {
    let shown = names.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
    return names.count > 3 ? "\(shown), …" : shown
  }
}
