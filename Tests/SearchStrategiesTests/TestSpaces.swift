import SearchSpaces

/// Small spaces over three stand-in methods.
enum TestSpaces {
  static let backbone = BackboneShape(layers: 6, width: 64, feedForward: 256, heads: 4)

  static let schemas: [MethodSchema] = [
    schema(
      "adapter", size: "bottleneck",
      [
        ParameterSchema("bottleneck", .integer(0...256), default: .integer(16), "Inner width."),
        ParameterSchema(
          "placement", .choice(["attention", "ffn", "parallel"]), default: .text("ffn"), "Where."),
      ]
    ) { instance, shape in (2 * shape.width + 1) * integer(instance, "bottleneck") + shape.width },
    schema("bitfit", size: nil, []) { _, shape in 9 * shape.width + shape.feedForward },
    schema(
      "lora", size: "rank",
      [
        ParameterSchema("rank", .integer(0...64), default: .integer(8), "Rank."),
        ParameterSchema(
          "targets", .subset(["query", "value", "output"], minimum: 1),
          default: .list(["query", "value"]), "Projections."),
      ]
    ) { instance, shape in
      guard case .list(let targets)? = instance.parameters["targets"] else { return 0 }
      return 2 * shape.width * integer(instance, "rank") * targets.count
    },
  ]

  static func integer(_ instance: MethodInstance, _ name: String) -> Int {
    guard case .integer(let value)? = instance.parameters[name] else { return 0 }
    return value
  }

  static func schema(
    _ name: String, size: String?, _ parameters: [ParameterSchema],
    count: @escaping @Sendable (MethodInstance, BackboneShape) -> Int
  ) -> MethodSchema {
    MethodSchema(
      name: name, summary: name, scope: .layer, parameters: parameters, sizeParameter: size,
      references: [], countFormula: "", isMergeable: false,
      parameterCounts: { instance, shape in
        let number = count(instance, shape)
        return ParameterCounts(trained: number, deployed: number, published: number)
      })
  }

  /// 24 candidates.
  static let tiny = """
    version: 1
    references: off
    methods:
      lora: {rank: {ordinal: [1, 2, 4, 8]}, targets: {subset: [query, value], min: 1}}
    each-group: [lora]
    training: {batch: {choice: [16, 32]}}
    """

  /// Conditional and mixed, without continuous decisions: a few thousand candidates.
  static let discrete = """
    version: 1
    references: off
    groups: whole
    methods:
      adapter:
        bottleneck: {ordinal: [4, 8, 16, 32]}
        placement: {choice: [attention, ffn, parallel]}
      lora: {rank: {ordinal: [1, 2, 4, 8, 16]}, targets: {subset: [query, value, output], min: 1}}
      bitfit: {}
    each-group: {subset: [adapter, bitfit, lora], min: 1}
    training: {learning-rate: {ordinal: [1e-4, 3e-4, 1e-3, 3e-3, 1e-2]}}
    """

  /// Groups, conditional methods and a continuous learning rate.
  static let mixed = """
    version: 1
    references: off
    groups: {pattern: uniform, count: 2}
    methods:
      adapter:
        bottleneck: {ordinal: [4, 8, 16, 32]}
        placement: {choice: [attention, ffn, parallel]}
      lora: {rank: {ordinal: [1, 2, 4, 8, 16]}, targets: {subset: [query, value, output], min: 1}}
      bitfit: {}
    each-group: {subset: [adapter, bitfit, lora], min: 1}
    training: {learning-rate: {float: [1e-4, 1e-2], log: true}}
    """

  /// Few of the combinations are within the budget.
  static let limited =
    mixed + """

      budget: {parameters: 9000}
      """

  /// The size of a real search: four groups under a budget that decides the adapters' widths.
  static let grouped = """
    version: 1
    references: off
    groups: {pattern: {choice: [increasing, uniform, decreasing, spindle, bottleneck]}, count: 3}
    budget: {parameters: 20000, spread: {choice: [increasing, uniform, decreasing]}}
    methods:
      adapter: {bottleneck: fill, placement: {choice: [attention, ffn, parallel]}}
      lora: {rank: {ordinal: [1, 2, 4, 8, 16]}, targets: {subset: [query, value, output], min: 1}}
      bitfit: {}
    each-group: {subset: [adapter, bitfit, lora], min: 1}
    training:
      learning-rate: {float: [1e-4, 1e-2], log: true}
      batch: {ordinal: [8, 16, 32, 64]}
      schedule: {choice: [constant, linear, cosine]}
      warmup: {float: [0, 0.2]}
    """

  /// Every decision exists at every point, and none depends on another.
  static let independent = """
    version: 1
    references: off
    groups: whole
    methods:
      lora: {rank: {ordinal: [1, 2, 4, 8]}, targets: {choice: [[query, value], [query, output]]}}
    each-group: [lora]
    training:
      learning-rate: {float: [1e-4, 1e-2], log: true}
      batch: {int: [8, 64], log: true}
      warmup: {float: [0, 0.2]}
    """

  /// Score against parameters, conditional, with a continuous decision.
  static let costly =
    mixed + """

      objectives: [score: max, parameters: min]
      """

  /// Score against parameters and bytes, small enough to list.
  static let listed =
    discrete + """

      objectives: [score: max, parameters: min, activation-bytes: min]
      """

  static func space(_ text: String) throws -> SearchSpace {
    try SearchSpace(yaml: text, file: "test.yaml", schemas: schemas, backbone: backbone)
  }
}
