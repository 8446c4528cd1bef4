/// One value of a configuration file in JSON, with whole and real numbers kept apart.
enum ConfigValue: Codable, Equatable, Sendable {
  case flag(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case list([ConfigValue])
  case map([String: ConfigValue])
  case null

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .flag(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([ConfigValue].self) {
      self = .list(value)
    } else {
      self = .map(try container.decode([String: ConfigValue].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .flag(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .list(let value): try container.encode(value)
    case .map(let value): try container.encode(value)
    case .null: try container.encodeNil()
    }
  }

  /// The number, whole or not; nil for anything else.
  var asNumber: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The whole number; nil for anything else.
  var asInteger: Int? {
    guard case .integer(let value) = self else { return nil }
    return value
  }

  /// The texts of a list; empty for anything else.
  var asTexts: [String] {
    guard case .list(let values) = self else { return [] }
    return values.compactMap { value in
      guard case .text(let text) = value else { return nil }
      return text
    }
  }

  /// A member of a map; nil for anything else.
  subscript(key: String) -> ConfigValue? {
    guard case .map(let values) = self else { return nil }
    return values[key]
  }

  static func texts(_ values: [String]) -> ConfigValue { .list(values.map { .text($0) }) }
}
