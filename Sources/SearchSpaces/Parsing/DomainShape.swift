/// The ways to write what a setting may be: a constant, or a domain of values.
enum DomainShape {
  /// - Parameter isSize: the setting is a method's size, which inside a domain may be 0
  ///   ("not there"), and which may be `fill`.
  static func shape(_ kind: ParameterSchema.Kind, isSize: Bool = false) -> ValueShape {
    switch kind {
    case .integer(let range):
      let value = ValueShape.integer(isSize ? min(0, range.lowerBound)...range.upperBound : range)
      return .oneOf(
        [.integer(range)] + (isSize ? [.word(["fill"])] : []) + [
          ranged("int", value, "A range of whole numbers: [lowest, highest]."),
          listed("ordinal", value, ordinalText), listed("choice", value, choiceText),
        ] + (isSize ? [ladder] : []))
    case .number(let range):
      let value = ValueShape.number(range)
      return .oneOf([
        value, ranged("float", value, "A range of real numbers: [lowest, highest]."),
        listed("ordinal", value, ordinalText), listed("choice", value, choiceText),
      ])
    case .choice(let names):
      let value = ValueShape.word(names)
      return .oneOf([
        value, listed("choice", value, choiceText), listed("ordinal", value, ordinalText),
      ])
    case .subset(let names, let minimum):
      let value = ValueShape.list(.word(names), minimum: minimum)
      return .oneOf([
        value, subset(names, minimum: minimum), listed("choice", value, choiceText),
      ])
    case .flag:
      return .oneOf([.flag, .word(["bool"]), listed("choice", .flag, choiceText)])
    }
  }

  private static let ordinalText = "Values with an order."
  private static let choiceText = "Values without an order."

  private static func ranged(
    _ name: String, _ value: ValueShape, _ documentation: String
  ) -> ValueShape {
    .mapping(
      MappingShape([
        KeyShape(
          name, .list(value, minimum: 2, maximum: 2), required: true, documentation),
        KeyShape("log", .flag, "Whether values are spaced by their logarithm; off by default."),
      ]))
  }

  private static func listed(
    _ name: String, _ value: ValueShape, _ documentation: String
  ) -> ValueShape {
    .mapping(
      MappingShape([KeyShape(name, .list(value, minimum: 1), required: true, documentation)]))
  }

  private static func subset(_ names: [String], minimum: Int) -> ValueShape {
    .mapping(
      MappingShape([
        KeyShape(
          "subset", .oneOf([.list(.word(names), minimum: 1), .word(["all"])]), required: true,
          "Any subset of these names."),
        KeyShape(
          "min", .integer(minimum...SpaceGrammar.largest),
          "The smallest number of them; \(minimum) by default."),
        KeyShape("max", .integer(1...SpaceGrammar.largest), "The largest number of them."),
      ]))
  }

  private static let ladder = ValueShape.mapping(
    MappingShape([
      KeyShape(
        "ladder", .oneOf([.integer(1...SpaceGrammar.largest), .word(["width"])]), required: true,
        "The halvings of a number, or of the backbone's width, down to 0, as an ordinal."),
      KeyShape("halvings", .integer(0...62), "How often to halve at most."),
    ]))
}
