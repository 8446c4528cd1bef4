/// A JSON value whose objects keep the order of their keys.
public indirect enum JSONText: Sendable {
  case null
  case flag(Bool)
  case integer(Int)
  case wide(Int128)
  case number(Double)
  case string(String)
  case array([JSONText])
  case object([(String, JSONText)])

  /// The text with two spaces a level; arrays of scalars stand on one line.
  public func rendered(indent: String = "") -> String {
    switch self {
    case .null: return "null"
    case .flag(let value): return value ? "true" : "false"
    case .integer(let value): return String(value)
    case .wide(let value): return String(value)
    case .number(let value):
      guard value.isFinite else { return "null" }
      return Int(exactly: value).map(String.init) ?? "\(value)"
    case .string(let value): return Self.quoted(value)
    case .array(let values):
      if values.allSatisfy(\.isScalar) {
        return "[" + values.map { $0.rendered() }.joined(separator: ", ") + "]"
      }
      let inner = indent + "  "
      let lines = values.map { inner + $0.rendered(indent: inner) }
      return "[\n" + lines.joined(separator: ",\n") + "\n\(indent)]"
    case .object(let fields):
      if fields.isEmpty { return "{}" }
      let inner = indent + "  "
      let lines = fields.map { "\(inner)\(Self.quoted($0.0)): \($0.1.rendered(indent: inner))" }
      return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
    }
  }

  private var isScalar: Bool {
    switch self {
    case .array, .object: false
    default: true
    }
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}

extension ParameterValue {
  /// The value as JSON.
  public var json: JSONText {
    switch self {
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    case .text(let value): .string(value)
    case .flag(let value): .flag(value)
    case .list(let names): .array(names.map { .string($0) })
    }
  }
}
