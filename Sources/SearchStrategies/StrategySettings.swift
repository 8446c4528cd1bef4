public import SearchSpaces

/// The checked settings of one strategy: every declared setting has a value of its kind.
public struct StrategySettings: Sendable, Equatable {
  private let values: [String: ParameterValue]

  /// Checks what the user gave against what the strategy declares, and fills in the defaults.
  ///
  /// - Throws: `StrategyError.unknownSetting`, `.wrongSetting`; the first fault in the order of the
  ///   keys.
  public init(
    _ given: [String: ParameterValue], of strategy: String, declared: [ParameterSchema]
  ) throws(StrategyError) {
    var checked: [String: ParameterValue] = [:]
    for schema in declared { checked[schema.name] = schema.defaultValue }
    for (key, value) in given.sorted(by: { $0.key < $1.key }) {
      guard let schema = declared.first(where: { $0.name == key }) else {
        throw .unknownSetting(strategy: strategy, key: key, known: declared.map(\.name))
      }
      guard let legal = Self.legal(value, for: schema.kind) else {
        throw .wrongSetting(
          strategy: strategy, key: key, expected: Self.expectation(schema.kind),
          got: Self.quoted(value))
      }
      checked[key] = legal
    }
    values = checked
  }

  /// The value of a declared integer setting.
  func integer(_ name: String) -> Int {
    guard case .integer(let value)? = values[name] else {
      preconditionFailure("StrategySettings: '\(name)' is not declared as an integer")
    }
    return value
  }

  /// The value of a declared number setting.
  func number(_ name: String) -> Double {
    guard case .number(let value)? = values[name] else {
      preconditionFailure("StrategySettings: '\(name)' is not declared as a number")
    }
    return value
  }

  /// The value of a declared choice.
  func text(_ name: String) -> String {
    guard case .text(let value)? = values[name] else {
      preconditionFailure("StrategySettings: '\(name)' is not declared as a choice")
    }
    return value
  }

  /// The value in the kind's own case where it is legal; a whole number is a legal number.
  private static func legal(
    _ value: ParameterValue, for kind: ParameterSchema.Kind
  ) -> ParameterValue? {
    switch (kind, value) {
    case (.integer(let range), .integer(let number)):
      return range.contains(number) ? value : nil
    case (.number(let range), .number(let number)):
      return range.contains(number) ? value : nil
    case (.number(let range), .integer(let number)):
      return range.contains(Double(number)) ? .number(Double(number)) : nil
    case (.choice(let choices), .text(let text)):
      return choices.contains(text) ? value : nil
    case (.flag, .flag):
      return value
    case (.subset(let choices, let minimum), .list(let names)):
      let isLegal = names.count >= minimum && names.allSatisfy { choices.contains($0) }
      return isLegal ? .list(choices.filter { names.contains($0) }) : nil
    default:
      return nil
    }
  }

  private static func expectation(_ kind: ParameterSchema.Kind) -> String {
    switch kind {
    case .integer(let range):
      return "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number(let range):
      return "a number from \(range.lowerBound) to \(range.upperBound)"
    case .choice(let choices):
      return "one of " + choices.map { "'\($0)'" }.joined(separator: ", ")
    case .subset(let choices, let minimum):
      let list = choices.map { "'\($0)'" }.joined(separator: ", ")
      return "a list of at least \(minimum) of \(list)"
    case .flag:
      return "true or false"
    }
  }

  private static func quoted(_ value: ParameterValue) -> String {
    switch value {
    case .integer(let number): return "\(number)"
    case .number(let number): return "\(number)"
    case .text(let text): return "'\(text)'"
    case .flag(let flag): return "\(flag)"
    case .list(let names): return "[\(names.joined(separator: ", "))]"
    }
  }
}
