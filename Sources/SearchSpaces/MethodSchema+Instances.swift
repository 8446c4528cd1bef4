/// Why a method instance does not obey its schema.
public struct InstanceFault: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String
}

extension MethodSchema {
  /// An instance with the default of every parameter.
  public var defaultInstance: MethodInstance {
    MethodInstance(
      name,
      Dictionary(
        parameters.map { ($0.name, $0.defaultValue) }, uniquingKeysWith: { first, _ in first }))
  }

  /// The same instance with defaults for the parameters that it leaves out.
  public func filled(_ instance: MethodInstance) -> MethodInstance {
    MethodInstance(
      instance.name, defaultInstance.parameters.merging(instance.parameters) { $1 })
  }

  /// Checks that an instance has a legal value for every parameter and no other ones.
  ///
  /// - Throws: `InstanceFault` with a sentence for the first fault in alphabetical order.
  public func validate(_ instance: MethodInstance) throws(InstanceFault) {
    if let sentence = fault(in: instance) { throw InstanceFault(description: sentence) }
  }

  /// What is wrong with an instance, as a sentence; nil where it obeys the schema.
  public func fault(in instance: MethodInstance) -> String? {
    for (key, value) in instance.parameters.sorted(by: { $0.key < $1.key }) {
      guard let parameter = parameters.first(where: { $0.name == key }) else {
        return "method '\(name)' has no parameter '\(key)'"
      }
      guard parameter.kind.contains(value) else {
        return "\(key) of '\(name)' must be \(parameter.kind.expectation), got \(value)"
      }
    }
    for parameter in parameters where instance.parameters[parameter.name] == nil {
      return "method '\(name)' needs a value for '\(parameter.name)'"
    }
    return nil
  }
}

extension ParameterSchema.Kind {
  /// Whether a value is legal.
  public func contains(_ value: ParameterValue) -> Bool {
    switch self {
    case .integer(let range): value.asInteger.map(range.contains) ?? false
    case .number(let range): value.asNumber.map(range.contains) ?? false
    case .choice(let names): value.asText.map(names.contains) ?? false
    case .subset(let names, let minimum):
      value.asList.map { list in
        list.count >= minimum && Set(list).count == list.count && list.allSatisfy(names.contains)
      } ?? false
    case .flag: value.asFlag != nil
    }
  }

  /// What is legal, in words that follow "expected" or "must be".
  public var expectation: String {
    switch self {
    case .integer(let range):
      "an integer from \(range.lowerBound) to \(range.upperBound)"
    case .number(let range):
      "a number from \(ParameterValue.number(range.lowerBound)) to "
        + "\(ParameterValue.number(range.upperBound))"
    case .choice(let names): names.asChoices
    case .subset(let names, let minimum):
      "a list of \(minimum > 0 ? "at least \(minimum)" : "any number") of "
        + names.joined(separator: ", ")
    case .flag: "true or false"
    }
  }
}
