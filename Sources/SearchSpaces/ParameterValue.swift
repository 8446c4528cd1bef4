/// One value of a hyper-parameter inside a configuration or at a point of the space.
///
/// `.integer(1)` and `.number(1.0)` are equal and have equal hashes: JSON writes both as `1`, and a
/// value must not change its identity by a trip through a file.
public enum ParameterValue: Sendable {
  case integer(Int)
  case number(Double)
  case text(String)
  case flag(Bool)
  /// A subset of named choices, in the order in which the schema lists them.
  case list([String])
}

extension ParameterValue {
  /// The value as a real number: of `.integer` and `.number`.
  public var asNumber: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .text, .flag, .list: nil
    }
  }

  /// The value as a whole number: of `.integer`, and of a `.number` without a fraction.
  public var asInteger: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    case .text, .flag, .list: nil
    }
  }

  /// The value as text: of `.text` only.
  public var asText: String? {
    if case .text(let value) = self { value } else { nil }
  }

  /// The value as a yes or no: of `.flag` only.
  public var asFlag: Bool? {
    if case .flag(let value) = self { value } else { nil }
  }

  /// The value as a list of names: of `.list` only.
  public var asList: [String]? {
    if case .list(let value) = self { value } else { nil }
  }
}

extension ParameterValue: Hashable {
  public static func == (a: ParameterValue, b: ParameterValue) -> Bool {
    switch (a, b) {
    case (.integer(let x), .integer(let y)): x == y
    case (.number(let x), .number(let y)): x == y
    case (.integer(let x), .number(let y)), (.number(let y), .integer(let x)): Double(x) == y
    case (.text(let x), .text(let y)): x == y
    case (.flag(let x), .flag(let y)): x == y
    case (.list(let x), .list(let y)): x == y
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .integer(let value): hasher.combine(Double(value))
    case .number(let value): hasher.combine(value)
    case .text(let value): hasher.combine(value)
    case .flag(let value): hasher.combine(value)
    case .list(let value): hasher.combine(value)
    }
  }
}

extension ParameterValue: CustomStringConvertible {
  /// The value as it stands in a space file: `8`, `0.001`, `relu`, `true`, `[query, value]`.
  public var description: String {
    switch self {
    case .integer(let value): String(value)
    case .number(let value): Int(exactly: value).map(String.init) ?? "\(value)"
    case .text(let value): value
    case .flag(let value): value ? "true" : "false"
    case .list(let value): "[" + value.joined(separator: ", ") + "]"
    }
  }
}

extension ParameterValue: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Bool.self) {
      self = .flag(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode([String].self) {
      self = .list(value)
    } else {
      self = .text(try container.decode(String.self))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .flag(let value): try container.encode(value)
    case .list(let value): try container.encode(value)
    }
  }
}
