extension SpaceGrammar {
  /// The shape of a configuration: every setting a constant.
  ///
  /// - Parameter isWhole: a file of its own, with a version, rather than an entry of `start`.
  func configuration(isWhole: Bool) -> ValueShape {
    let version = KeyShape(
      "version", .integer(1...Self.largest), required: true,
      "The version of the format: \(Self.version).")
    let group = MappingShape([
      KeyShape(
        "layers", .integer(1...Self.largest), required: true,
        "How many consecutive layers, from the input side."),
      KeyShape("methods", constantMethods, "The methods in each of these layers."),
    ])
    return .mapping(
      MappingShape(
        [
          KeyShape(
            "groups", .list(.mapping(group), minimum: 1), required: true,
            "Runs of layers that hold the same methods.")
        ] + (isWhole ? [version] : []) + [
          KeyShape("model", constantMethods, "The methods that belong to the whole model."),
          KeyShape("training", constantTraining, "How it is trained."),
        ]))
  }

  private var constantMethods: ValueShape {
    .mapping(
      MappingShape(
        schemas.map { schema in
          KeyShape(
            schema.name,
            .mapping(
              MappingShape(
                schema.parameters.map {
                  KeyShape($0.name, Self.constant($0.kind), $0.documentation)
                })), schema.summary)
        }))
  }

  private var constantTraining: ValueShape {
    .mapping(
      MappingShape(
        TrainingKey.allCases.map { key in
          let schema = key.schema
          let constant = Self.constant(schema.kind)
          return KeyShape(
            key.rawValue, key == .examples ? .oneOf([constant, .word(["all"])]) : constant,
            schema.documentation)
        }))
  }

  static func constant(_ kind: ParameterSchema.Kind) -> ValueShape {
    switch kind {
    case .integer(let range): .integer(range)
    case .number(let range): .number(range)
    case .choice(let names): .word(names)
    case .subset(let names, let minimum): .list(.word(names), minimum: minimum)
    case .flag: .flag
    }
  }
}
