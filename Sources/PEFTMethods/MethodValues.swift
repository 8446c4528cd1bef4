import SearchSpaces

/// Typed reading of an instance's hyper-parameters, checked against the method's schema.
///
/// Absent parameters have the schema's default; unknown names, wrong types and values outside the
/// schema's range are errors.
struct MethodValues {
  private let schema: MethodSchema
  private let values: [String: ParameterValue]

  init(_ instance: MethodInstance, schema: MethodSchema) throws(MethodError) {
    self.schema = schema
    let names = schema.parameters.map(\.name)
    for name in instance.parameters.keys.sorted() where !names.contains(name) {
      throw .unknownParameter(method: schema.name, name: name, known: names)
    }
    var values: [String: ParameterValue] = [:]
    for parameter in schema.parameters {
      let value = instance.parameters[parameter.name] ?? parameter.defaultValue
      guard parameter.kind.admits(value) else {
        throw .wrongValue(
          method: schema.name, parameter: parameter.name, expected: parameter.kind.sentence,
          got: value.sentence)
      }
      values[parameter.name] = parameter.kind.normal(value)
    }
    self.values = values
  }

  /// The instance with a value for every parameter of the schema, each in its normal form.
  var complete: MethodInstance { MethodInstance(schema.name, values) }

  func integer(_ name: String) -> Int {
    guard case .integer(let value) = values[name] else { return misdeclared(name, "an integer") }
    return value
  }

  func number(_ name: String) -> Double {
    guard case .number(let value) = values[name] else { return misdeclared(name, "a number") }
    return value
  }

  func flag(_ name: String) -> Bool {
    guard case .flag(let value) = values[name] else { return misdeclared(name, "a flag") }
    return value
  }

  func choice<Choice: RawRepresentable<String>>(_ name: String) -> Choice {
    guard case .text(let text) = values[name], let value = Choice(rawValue: text) else {
      return misdeclared(name, "one of \(Choice.self)")
    }
    return value
  }

  /// A subset in the order of the schema, without repetitions.
  func subset<Choice: RawRepresentable<String> & CaseIterable>(_ name: String) -> [Choice] {
    guard case .list(let names) = values[name] else { return misdeclared(name, "a subset") }
    return Choice.allCases.filter { names.contains($0.rawValue) }
  }

  /// The common `learning-rate`; nil where it is 0, which means the trial's.
  var learningRate: Double? {
    let rate = number(ParameterSchema.learningRateName)
    return rate == 0 ? nil : rate
  }

  private func misdeclared<Value>(_ name: String, _ kind: String) -> Value {
    preconditionFailure(
      "method '\(schema.name)' reads '\(name)' as \(kind), which its schema is not")
  }
}

extension ParameterSchema {
  static let learningRateName = "learning-rate"

  /// The step size of one instance, common to all methods.
  static let learningRate = ParameterSchema(
    learningRateName, .number(0...1), default: .number(0),
    "Peak step size of AdamW for this instance, per step; 0 takes the trial's, the default, so "
      + "that one rate suits all unless a space asks for more.")

  /// The share of values set to zero while training.
  static func dropout(_ documentation: String) -> ParameterSchema {
    ParameterSchema("dropout", .number(0...0.9), default: .number(0), documentation)
  }
}

extension ParameterSchema.Kind {
  /// Whether a value has the right type and lies in the legal range.
  func admits(_ value: ParameterValue) -> Bool {
    switch (self, value) {
    case (.integer(let range), .integer(let number)): return range.contains(number)
    case (.number(let range), .number(let number)): return range.contains(number)
    case (.number(let range), .integer(let number)): return range.contains(Double(number))
    case (.choice(let names), .text(let name)): return names.contains(name)
    case (.subset(let names, let minimum), .list(let chosen)):
      return chosen.allSatisfy(names.contains) && Set(chosen).count == chosen.count
        && chosen.count >= minimum
    case (.flag, .flag): return true
    default: return false
    }
  }

  /// The one way to write a legal value: real numbers as such, subsets in the schema's order.
  func normal(_ value: ParameterValue) -> ParameterValue {
    switch (self, value) {
    case (.number, .integer(let number)): .number(Double(number))
    case (.subset(let names, _), .list(let chosen)): .list(names.filter(chosen.contains))
    default: value
    }
  }

  /// What is legal, as it stands in an error sentence.
  var sentence: String {
    switch self {
    case .integer(let range):
      return "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number(let range): return "a number from \(range.lowerBound) to \(range.upperBound)"
    case .choice(let names): return "one of \(names.joined(separator: ", "))"
    case .subset(let names, let minimum):
      return "a list of at least \(minimum) of \(names.joined(separator: ", "))"
    case .flag: return "true or false"
    }
  }
}

extension ParameterValue {
  /// The value as it stands in an error sentence.
  var sentence: String {
    switch self {
    case .integer(let value): return "\(value)"
    case .number(let value): return "\(value)"
    case .text(let value): return "'\(value)'"
    case .flag(let value): return "\(value)"
    case .list(let values): return "[\(values.joined(separator: ", "))]"
    }
  }
}
