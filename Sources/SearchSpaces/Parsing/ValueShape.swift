/// What may stand at a place of a file: the one description that both the checks and the JSON
/// Schema for editors are made from.
indirect enum ValueShape: Sendable {
  case integer(ClosedRange<Int>)
  case number(ClosedRange<Double>)
  /// Any text.
  case text
  /// One of these plain words.
  case word([String])
  case flag
  /// A limit on a cost: a whole number, a share such as `0.5%`, or bytes such as `64MB`.
  case limit(LimitUnit)
  /// A number, a word, true or false: what constraints and strategies compare and set.
  case scalar
  case list(ValueShape, minimum: Int, maximum: Int?)
  case mapping(MappingShape)
  /// At most one alternative for each kind of value, and mappings told apart by their first key.
  case oneOf([ValueShape])

  enum LimitUnit: Sendable {
    case parameters
    case bytes
    case plain
    /// A share, kept in millionths.
    case millionths
  }

  static func list(_ shape: ValueShape, minimum: Int = 0) -> ValueShape {
    .list(shape, minimum: minimum, maximum: nil)
  }
}

/// The keys of a mapping.
struct MappingShape: Sendable {
  let keys: [KeyShape]
  /// What stands under any other key; nil where other keys are errors.
  let others: ValueShape?

  init(_ keys: [KeyShape], others: ValueShape? = nil) {
    self.keys = keys
    self.others = others
  }
}

/// One key of a mapping.
struct KeyShape: Sendable {
  let name: String
  let shape: ValueShape
  let isRequired: Bool
  let documentation: String

  init(
    _ name: String, _ shape: ValueShape, required isRequired: Bool = false, _ documentation: String
  ) {
    self.name = name
    self.shape = shape
    self.isRequired = isRequired
    self.documentation = documentation
  }
}

extension ValueShape {
  /// The shape in words that follow "must be".
  var expectation: String {
    switch self {
    case .integer(let range): Self.expectation(of: range)
    case .number(let range): ParameterSchema.Kind.number(range).expectation
    case .text: "a text"
    case .word(let words):
      words.count < 6 ? words.asChoices : "one of " + words.joined(separator: ", ")
    case .flag: "on or off"
    case .limit(.parameters): "a whole number or a share such as 0.5%"
    case .limit(.bytes): "a number of bytes such as 64MB"
    case .limit(.plain): "a whole number"
    case .limit(.millionths): "a share such as 2%"
    case .scalar: "a number, a word, true or false"
    case .list(let element, let minimum, let maximum):
      Self.expectation(listOf: element, minimum, maximum)
    case .mapping(let shape):
      shape.keys.isEmpty ? "a mapping" : "a mapping such as {\(shape.keys[0].name): …}"
    case .oneOf(let shapes): Self.expectation(ofOne: shapes)
    }
  }

  private static func expectation(of range: ClosedRange<Int>) -> String {
    if range.upperBound >= SpaceGrammar.largest { return "an integer from \(range.lowerBound) on" }
    return ParameterSchema.Kind.integer(range).expectation
  }

  private static func expectation(
    listOf element: ValueShape, _ minimum: Int, _ maximum: Int?
  ) -> String {
    let what =
      switch element {
      case .integer: "integers"
      case .number: "numbers"
      case .word(let words) where words.count < 6: "words out of \(words.joined(separator: ", "))"
      case .word, .text: "words"
      case .list: "lists"
      default: "values"
      }
    if let maximum, minimum == maximum { return "a list of \(minimum) \(what)" }
    switch minimum {
    case 0: return "a list of \(what)"
    case 1: return "a list of one or more \(what)"
    default: return "a list of at least \(minimum) \(what)"
    }
  }

  private static func expectation(ofOne shapes: [ValueShape]) -> String {
    var parts: [String] = []
    var keys: [String] = []
    for shape in shapes {
      if case .mapping(let mapping) = shape, let first = mapping.keys.first {
        keys.append(first.name)
      } else {
        parts.append(shape.expectation)
      }
    }
    if !keys.isEmpty {
      let names = keys.map { "{\($0): …}" }
      parts.append("a mapping such as " + names.joined(separator: ", "))
    }
    guard let last = parts.last, parts.count > 1 else { return parts.first ?? "nothing" }
    return parts.dropLast().joined(separator: ", ") + " or " + last
  }
}
