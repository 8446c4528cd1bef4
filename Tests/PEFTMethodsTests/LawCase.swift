import PEFTMethods
import SearchSpaces
import Testing

/// One instance of one method that the laws run on, made from the method's schema alone, so that a
/// new method brings its own cases.
struct LawCase: Sendable, CustomTestStringConvertible {
  let instance: MethodInstance
  let label: String

  var testDescription: String { label }

  /// Every registered method that the tiny backbone takes, with every choice of every parameter.
  static let all: [LawCase] = MethodRegistry.schemas.flatMap(cases)

  /// Methods that refuse the tiny backbone whatever their parameters are.
  static let refused = MethodRegistry.schemas.filter { cases($0).isEmpty }

  /// The default instance with sizes that suit a tiny backbone, then one change at a time.
  static func cases(_ schema: MethodSchema) -> [LawCase] {
    // The largest whole numbers up to 3 that the method takes on it.
    let bases = [3, 2, 1].map { base(schema, number: $0) }
    guard let base = bases.first(where: { schema.refusal($0, TinyModel.shape) == nil }) else {
      return []
    }
    var found = [LawCase(instance: base, label: schema.name)]
    for parameter in schema.parameters {
      for value in alternatives(parameter.kind) where value != base.parameters[parameter.name] {
        var changed = base
        changed.parameters[parameter.name] = value
        found.append(
          LawCase(instance: changed, label: "\(schema.name) \(parameter.name)=\(text(value))"))
      }
    }
    return found
  }

  static func base(_ schema: MethodSchema, number: Int) -> MethodInstance {
    MethodInstance(
      schema.name,
      Dictionary(
        uniqueKeysWithValues: schema.parameters.map { ($0.name, tiny($0, number: number)) }))
  }

  /// The same with GELU for ReLU, whose kink central differences step over; the gradient of ReLU
  /// itself is proved by the op's own tests and by the parity fixtures.
  var smooth: LawCase {
    guard instance.parameters["activation"] == .text("relu") else { return self }
    var changed = instance
    changed.parameters["activation"] = .text("gelu")
    return LawCase(instance: changed, label: label)
  }

  private static func tiny(_ parameter: ParameterSchema, number: Int) -> ParameterValue {
    switch (parameter.kind, parameter.defaultValue) {
    case (.integer(let range), _): return .integer(range.clamped(to: number...4).lowerBound)
    // A larger factor of perturbed tensors would saturate every softmax.
    case (.number, .number(let value)): return .number(min(value, 8))
    case (_, let value): return value
    }
  }

  private static func alternatives(_ kind: ParameterSchema.Kind) -> [ParameterValue] {
    switch kind {
    case .choice(let names): names.map { .text($0) }
    case .subset(let names, _): names.map { .list([$0]) } + [.list(names)]
    case .integer(let range) where range.lowerBound == 0: [.integer(0)]
    case .flag: [.flag(true), .flag(false)]
    case .integer, .number: []
    }
  }

  private static func text(_ value: ParameterValue) -> String {
    switch value {
    case .text(let name): name
    case .list(let names): names.joined(separator: "+")
    case .integer(let number): "\(number)"
    case .number(let number): "\(number)"
    case .flag(let flag): "\(flag)"
    }
  }
}
