/// The keys of a space file: names, shapes and documentation.
struct SpaceGrammar: Sendable {
  /// The name of the whole file as the subject of a message.
  static let fileSubject = "the file"
  /// The version of the format.
  static let version = 1
  static let largest = 1_000_000_000

  /// Sorted by name.
  let schemas: [MethodSchema]

  init(schemas: [MethodSchema]) {
    self.schemas = schemas.sorted { $0.name < $1.name }
  }

  /// The shape of a space file.
  var file: ValueShape {
    .mapping(
      MappingShape([
        KeyShape(
          "version", .integer(1...Self.largest), required: true,
          "The version of the format: \(Self.version)."),
        KeyShape("description", .text, "What the space is for; shown in reports."),
        KeyShape("groups", groups, "How the layers are cut into groups; one group by default."),
        KeyShape("tuned", tuned, "Which groups hold methods; all by default."),
        KeyShape("mask", mask, "Which layers hold methods, the same for all methods; all."),
        KeyShape("methods", methods, "The values that each method's parameters may take."),
        KeyShape("each-group", methodChoice, "The methods that a group may hold."),
        KeyShape("group", groupOverrides, "Settings of single groups, by number."),
        KeyShape("model", methodChoice, "The methods that belong to the whole model."),
        KeyShape("tie", tie, "Decisions that all groups share; none by default."),
        KeyShape("budget", budget, "Hard limits, and what `fill` is paid from."),
        KeyShape("training", training, "How candidates are trained."),
        KeyShape("forbid", .list(clause), "Combinations that are left out."),
        KeyShape("require", .list(requirement), "What every candidate must obey."),
        KeyShape("objectives", .list(objective, minimum: 1), "What is optimised; [score: max]."),
        KeyShape("references", .flag, "Whether head only, LoRA and BitFit are tried first; on."),
        KeyShape("start", .list(startEntry), "Configurations to try first."),
        KeyShape("strategy", strategy, "The search strategy and its settings."),
      ]))
  }

  // MARK: Groups

  private var groups: ValueShape {
    let layers = ValueShape.integer(1...Self.largest)
    return .oneOf([
      .word(["whole", "each-layer"]),
      .mapping(
        MappingShape([
          KeyShape(
            "pattern",
            DomainShape.shape(.choice(LayerPattern.allCases.map(\.rawValue))), required: true,
            "The rule for the sizes of the groups."),
          KeyShape(
            "count", .oneOf([layers, .word(["auto"])]), required: true,
            "How many groups; `auto`: the largest number up to 4 for which all patterns exist."),
          KeyShape(
            "sizes", .word(["canonical", "sampled"]),
            "One list of sizes for each pattern (the default), or all of them as a decision."),
          KeyShape(
            "stacks", .word(["joint", "apart"]),
            "Encoder and decoder grouped as one stack (the default) or each by itself."),
        ])),
      .mapping(
        MappingShape([
          KeyShape(
            "sizes", .list(layers, minimum: 1), required: true,
            "The number of layers of each group, from the input side.")
        ])),
    ])
  }

  private var tuned: ValueShape {
    .oneOf([
      .word(["all"]), .list(.integer(1...Self.largest), minimum: 1), Self.members("groups"),
    ])
  }

  private var mask: ValueShape {
    .oneOf([
      .word(["all"]), .list(.integer(1...Self.largest), minimum: 1), Self.members("layers"),
    ])
  }

  private static func members(_ name: String) -> ValueShape {
    .mapping(
      MappingShape([
        KeyShape("subset", .word([name]), required: true, "Any subset of the \(name)."),
        KeyShape("min", .integer(0...largest), "The smallest number of them; 1 by default."),
        KeyShape("max", .integer(1...largest), "The largest number of them; all by default."),
      ]))
  }

  // MARK: Methods

  private var methods: ValueShape { .mapping(MappingShape(schemas.map(methodKey))) }

  private func methodKey(_ schema: MethodSchema) -> KeyShape {
    KeyShape(schema.name, .mapping(parameters(of: schema)), schema.summary)
  }

  func parameters(of schema: MethodSchema) -> MappingShape {
    MappingShape(
      schema.parameters.map { parameter in
        KeyShape(
          parameter.name,
          DomainShape.shape(parameter.kind, isSize: parameter.name == schema.sizeParameter),
          parameter.documentation)
      })
  }

  private var methodChoice: ValueShape {
    let names = ValueShape.word(schemas.map(\.name))
    return .oneOf([
      .list(names),
      .mapping(
        MappingShape([
          KeyShape("subset", .list(names, minimum: 1), required: true, "Any subset of these."),
          KeyShape("min", .integer(0...Self.largest), "The smallest number of them; 0 by default."),
          KeyShape("max", .integer(1...Self.largest), "The largest number of them."),
        ])),
      .mapping(
        MappingShape([
          KeyShape(
            "choice", .list(.list(names), minimum: 1), required: true,
            "One of these lists; [] leaves the group frozen.")
        ])),
    ])
  }

  private var groupOverrides: ValueShape {
    let keys =
      [KeyShape("methods", methodChoice, "The methods that this group may hold.")]
      + schemas.map(methodKey)
    return .mapping(MappingShape([], others: .mapping(MappingShape(keys))))
  }

  private var tie: ValueShape { .oneOf([.word(["all", "none"]), .list(.text)]) }

  // MARK: Budget, training, objectives

  private var budget: ValueShape {
    let limits = CostName.allCases.map { cost in
      KeyShape(cost.rawValue, .limit(cost.unit), "The largest allowed \(cost.rawValue).")
    }
    let spreads = LayerSpread.allCases.map(\.rawValue)
    return .mapping(
      MappingShape(
        [
          KeyShape(
            "parameters", .limit(.parameters),
            "The same as `deployed`: parameters of the finished adapter, head apart.")
        ] + limits + [
          KeyShape(
            "spread", DomainShape.shape(.choice(spreads)),
            "How filled sizes are spread over the layers; uniform by default."),
          KeyShape(
            "scope", .word(BudgetPlan.Scope.allCases.map(\.rawValue)),
            "Whether frozen layers leave their share to the others (`total`, the default)."),
        ]))
  }

  private var training: ValueShape {
    .mapping(
      MappingShape(
        TrainingKey.allCases.map { key in
          let schema = key.schema
          var shape = DomainShape.shape(schema.kind)
          if key == .examples { shape = .oneOf([.word(["all"]), shape]).flattened }
          return KeyShape(key.rawValue, shape, schema.documentation)
        } + [
          KeyShape(
            "seeds", .integer(1...1000), "How many seeds each candidate is trained with; 1.")
        ]))
  }

  private var objective: ValueShape {
    let directions = ValueShape.word(Objective.Direction.allCases.map(\.rawValue))
    let names = ["score", "parameters"] + CostName.allCases.map(\.rawValue)
    return .mapping(
      MappingShape(names.map { KeyShape($0, directions, "Optimise the \($0).") }))
  }

  private var strategy: ValueShape {
    .mapping(
      MappingShape(
        [KeyShape("name", .text, required: true, "The strategy, such as random or bayes.")],
        others: .oneOf([.scalar, .list(.scalar)])))
  }

  // MARK: Clauses and start

  private var clause: ValueShape { .mapping(MappingShape([], others: test)) }

  private var requirement: ValueShape {
    .oneOf([
      .mapping(
        MappingShape([
          KeyShape("when", clause, required: true, "Where the requirement applies."),
          KeyShape("then", clause, required: true, "What must hold there."),
        ])), clause,
    ])
  }

  private var test: ValueShape {
    .oneOf([
      .scalar, .list(.scalar, minimum: 1),
      .mapping(
        MappingShape([
          KeyShape("min", .number(-1e300...1e300), "The smallest value that matches."),
          KeyShape("max", .number(-1e300...1e300), "The largest value that matches."),
          KeyShape("contains", .text, "A name that the subset holds."),
          KeyShape("excludes", .text, "A name that the subset does not hold."),
        ])),
    ])
  }

  private var startEntry: ValueShape {
    .oneOf([
      .mapping(
        MappingShape([
          KeyShape(
            "point", .mapping(MappingShape([], others: .oneOf([.scalar, .list(.scalar)]))),
            required: true, "Values of decisions by path; the others are defaults.")
        ])), configuration(isWhole: false),
    ])
  }
}

extension CostName {
  var unit: ValueShape.LimitUnit {
    switch self {
    case .deployed, .trained, .published: .parameters
    case .optimizerBytes, .activationBytes, .fileBytes: .bytes
    case .flopsPerToken: .plain
    case .addedLatencyEstimate: .millionths
    }
  }
}

extension ValueShape {
  /// Alternatives inside alternatives as one list.
  var flattened: ValueShape {
    guard case .oneOf(let shapes) = self else { return self }
    return .oneOf(
      shapes.flatMap { shape -> [ValueShape] in
        if case .oneOf(let inner) = shape { inner } else { [shape] }
      })
  }
}
