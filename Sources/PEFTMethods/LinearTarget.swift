public import NeuralNets
import SearchSpaces

/// The linear maps of a layer that methods adapt, by their names in space files.
public enum LinearTarget: String, CaseIterable, Sendable {
  case query
  case key
  case value
  case output
  case feedForwardIn = "ffn-in"
  case feedForwardOut = "ffn-out"

  public var point: InsertionPoint {
    switch self {
    case .query: .query
    case .key: .key
    case .value: .value
    case .output: .attentionOutput
    case .feedForwardIn: .feedForwardIn
    case .feedForwardOut: .feedForwardOut
    }
  }

  /// The columns of W, the width of the map's input.
  func input(_ shape: BackboneShape) -> Int {
    self == .feedForwardOut ? shape.feedForward : shape.width
  }

  /// The rows of W, the width of the map's output.
  func output(_ shape: BackboneShape) -> Int {
    self == .feedForwardIn ? shape.feedForward : shape.width
  }

  /// in + out of the map.
  func widths(_ shape: BackboneShape) -> Int { input(shape) + output(shape) }

  /// The schema's parameter, query and value by default.
  static func parameter(_ reason: String) -> ParameterSchema {
    ParameterSchema(
      "targets", .subset(allCases.map(\.rawValue), minimum: 1),
      default: .list([Self.query.rawValue, Self.value.rawValue]), "The adapted maps; \(reason)")
  }
}

extension Sequence<LinearTarget> {
  /// The same number for each target, trained, deployed and published alike.
  func counts(_ count: (LinearTarget) -> Int) -> ParameterCounts {
    let sum = reduce(0) { $0 + count($1) }
    return ParameterCounts(trained: sum, deployed: sum, published: sum)
  }
}
