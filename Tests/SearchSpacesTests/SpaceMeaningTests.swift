import Testing

@testable import SearchSpaces

/// What the parts of a space file mean.
@Suite struct SpaceMeaningTests {
  // MARK: One canonical point for "size 0" and "left out"

  static let optional = """
    version: 1
    groups: {pattern: uniform, count: 2}
    each-group: {subset: [adapter, lora], min: 0}
    methods:
      adapter: {bottleneck: {ordinal: [0, 8]}, placement: {choice: [pfeiffer, houlsby]}}
      lora: {rank: {ordinal: [2, 4]}}
    """

  @Test func sizeZeroOfAnOptionalMethodIsTheSameAsLeavingItOut() throws {
    let space = try space(Self.optional)
    let zero = try space.canonical([
      "group1.methods": .list(["adapter", "lora"]), "group1.adapter.bottleneck": .integer(0),
      "group1.lora.rank": .integer(2), "group1.adapter.placement": .text("houlsby"),
      "group2.methods": .list([]),
    ])
    #expect(
      zero == [
        "group1.methods": .list(["lora"]), "group1.lora.rank": .integer(2),
        "group2.methods": .list([]),
      ])
  }

  @Test func enumeratedPointsHaveDistinctConfigurationsOfTheirGroups() throws {
    let space = try space(Self.optional)
    let points = try #require(space.allPoints(limit: 1000))
    // One group: adapter off or 2 placements, LoRA off or 2 ranks: 3 · 3; two groups: 81 − 1.
    #expect(points.count == 80)
    #expect(space.cardinality().valid == 80)
    let identities = try points.map { try space.candidate(at: $0).configuration.identity }
    #expect(Set(identities).count == 80)
  }

  @Test func sizeZeroOfAFixedMethodStaysADecision() throws {
    let space = try space(
      """
      version: 1
      methods:
        adapter: {bottleneck: {ordinal: [0, 8]}, placement: {choice: [pfeiffer, houlsby]}}
        lora: {rank: {ordinal: [0, 2]}}
      """)
    let candidate = try space.candidate(at: [
      "adapter.bottleneck": .integer(0), "adapter.placement": .text("houlsby"),
      "lora.rank": .integer(2),
    ])
    #expect(candidate.point == ["adapter.bottleneck": .integer(0), "lora.rank": .integer(2)])
    #expect(throws: Infeasibility.nothingTuned) {
      try space.candidate(at: ["adapter.bottleneck": .integer(0), "lora.rank": .integer(0)])
    }
    #expect(space.allPoints(limit: 100)?.count == 2 * 2 + 1)
    #expect(space.cardinality().valid == 5)
  }

  @Test func untunedGroupsAndEmptyGroupsAreOne() throws {
    let space = try space(
      """
      version: 1
      groups: {pattern: uniform, count: 3}
      tuned: {subset: groups, min: 1}
      each-group: {subset: [adapter, lora], min: 0}
      methods: {adapter: {bottleneck: 8}, lora: {rank: 4}}
      """)
    let point = try space.canonical([
      "tuned": .list(["1", "3"]), "group1.methods": .list([]), "group3.methods": .list(["lora"]),
    ])
    #expect(point == ["tuned": .list(["3"]), "group3.methods": .list(["lora"])])
    #expect(space.allPoints(limit: 1000)?.count == 4 * 4 * 4 - 1)
    #expect(space.cardinality().valid == 63)
  }

  @Test func aMaskHidesGroups() throws {
    let space = try space(
      """
      version: 1
      groups: {pattern: uniform, count: 2}
      mask: {subset: layers, min: 1}
      each-group: [lora]
      methods: {lora: {rank: {ordinal: [2, 4]}}}
      """, Shapes.miniLM6)
    let point = try space.canonical([
      "mask": .list(["1", "3"]), "group1.lora.rank": .integer(4), "group2.lora.rank": .integer(2),
    ])
    #expect(point == ["mask": .list(["1", "3"]), "group1.lora.rank": .integer(4)])
    let layers = try space.candidate(at: point).configuration.layers
    #expect(layers.map(\.count) == [1, 0, 1, 0, 0, 0])
    // Per group 7 masks with 2 ranks or the empty one: 15² − 1.
    #expect(space.allPoints(limit: 1000)?.count == 224)
  }

  // MARK: Groups

  @Test func groupsMayBeExplicitEachLayerOrSampled() throws {
    let explicit = try space(
      "version: 1\ngroups: {sizes: [3, 9]}\nmethods: {lora: {rank: {int: [1, 4]}}}")
    #expect(explicit.dimensions.map(\.path) == ["group1.lora.rank", "group2.lora.rank"])
    let each = try space(
      "version: 1\ngroups: each-layer\nmethods: {lora: {rank: {int: [1, 4]}}}", Shapes.miniLM6)
    #expect(each.dimensions.count == 6)
    #expect(each.cardinality().valid == 4096)
    let sampled = try space(
      """
      version: 1
      groups: {pattern: {choice: [spindle, bottleneck]}, count: 4, sizes: sampled}
      methods: {lora: {rank: {int: [1, 4]}}}
      """)
    let candidate = try sampled.candidate(at: [
      "groups.pattern": .text("spindle"), "groups.sizes.spindle": .text("1-4-4-3"),
      "group1.lora.rank": .integer(1), "group2.lora.rank": .integer(2),
      "group3.lora.rank": .integer(3), "group4.lora.rank": .integer(4),
    ])
    #expect(candidate.configuration.groups.map(\.layers) == [1, 4, 4, 3])
    #expect(sampled.cardinality().valid == Int128((4 + 10) * 256))
    let anyPattern = try space(
      "version: 1\ngroups: {pattern: any, count: 4}\nmethods: {lora: {rank: {int: [1, 4]}}}")
    #expect(anyPattern.cardinality().valid == Int128(165 * 256))
  }

  @Test func autoCountTakesTheMostGroupsThatAllPatternsAllow() throws {
    #expect(try shippedSpace("s4", Shapes.bertBase).plan.grouping.groupCount == 4)
    #expect(try shippedSpace("s4", Shapes.miniLM6).plan.grouping.groupCount == 3)
  }

  @Test func stacksMayBeGroupedApart() throws {
    var shape = Shapes.bertBase
    shape.layers = 24
    shape.decoderLayers = 12
    let text =
      "version: 1\ngroups: {pattern: spindle, count: 4, stacks: apart}\nmethods: {lora: {}}"
    let space = try space(text, shape)
    #expect(space.plan.groups.count == 8)
    guard case .fixed(let sizes)? = space.plan.grouping.sizes["spindle"] else {
      Issue.record("sizes are searched")
      return
    }
    #expect(sizes == [2, 4, 4, 2, 2, 4, 4, 2])
  }

  @Test func singleGroupsHaveTheirOwnMethodsAndValues() throws {
    // The design that S4 found on T5-base (papers/s4.md, 1.4).
    let space = try space(
      """
      version: 1
      groups: {pattern: spindle, count: 4}
      methods:
        adapter: {bottleneck: fill}
        prefix: {length: fill, mlp-width: 0}
        lora: {rank: fill}
        bitfit: {}
      group:
        1: {methods: [adapter, lora]}
        2: {methods: [adapter, prefix]}
        3: {methods: [adapter, prefix, bitfit]}
        4: {methods: [prefix, bitfit, lora], lora: {targets: [key]}}
      budget: {deployed: 0.5%}
      """)
    #expect(space.dimensions.isEmpty)
    let groups = try space.candidate(at: [:]).configuration.groups
    #expect(groups.map(\.layers) == [2, 4, 4, 2])
    #expect(
      groups.map { $0.methods.map(\.name) } == [
        ["adapter", "lora"], ["adapter", "prefix"], ["adapter", "bitfit", "prefix"],
        ["bitfit", "lora", "prefix"],
      ])
    #expect(groups[3].methods[1].parameters["targets"] == .list(["key"]))
    #expect(groups[0].methods[1].parameters["targets"] == .list(["query", "value"]))
  }

  @Test func tiesShareADecisionOverGroups() throws {
    func paths(_ tie: String) throws -> [String] {
      try space(
        """
        version: 1
        groups: {pattern: uniform, count: 2}
        each-group: {subset: [adapter, lora]}
        methods:
          lora: {rank: {int: [1, 4]}, alpha-ratio: {float: [1, 2]}}
          adapter: {bottleneck: {int: [1, 4]}}
        \(tie)
        """
      ).plan.hyperparameters.map(\.path)
    }
    #expect(
      try paths("") == [
        "group1.methods", "group1.adapter.bottleneck", "group1.lora.rank",
        "group1.lora.alpha-ratio", "group2.methods", "group2.adapter.bottleneck",
        "group2.lora.rank", "group2.lora.alpha-ratio",
      ])
    #expect(
      try paths("tie: all") == [
        "group1.methods", "adapter.bottleneck", "lora.rank", "lora.alpha-ratio", "group2.methods",
      ])
    #expect(
      try paths("tie: [methods, lora.rank, adapter]") == [
        "methods", "adapter.bottleneck", "lora.rank", "group1.lora.alpha-ratio",
        "group2.lora.alpha-ratio",
      ])
  }

  // MARK: Constraints

  static func constrained(_ text: String) throws -> SearchSpace {
    try space(
      """
      version: 1
      groups: {pattern: {choice: [uniform, spindle]}, count: 3}
      each-group: {subset: [adapter, lora], min: 1}
      methods: {lora: {rank: {ordinal: [2, 4, 8]}}, adapter: {bottleneck: {ordinal: [4, 8]}}}
      training: {batch: {ordinal: [16, 32]}}
      \(text)
      """)
  }

  static func point(_ first: [String], rank: Int = 2, batch: Int = 16) -> SearchPoint {
    var point: SearchPoint = [
      "groups.pattern": .text("uniform"), "group1.methods": .list(first),
      "group2.methods": .list(["adapter"]), "group3.methods": .list(["adapter"]),
      "group2.adapter.bottleneck": .integer(4), "group3.adapter.bottleneck": .integer(4),
      "training.batch": .integer(batch),
    ]
    if first.contains("lora") { point["group1.lora.rank"] = .integer(rank) }
    if first.contains("adapter") { point["group1.adapter.bottleneck"] = .integer(8) }
    return point
  }

  @Test func forbiddenClausesAreReadInEachGroup() throws {
    let space = try Self.constrained("forbid: [{lora.rank: {min: 4}, adapter.bottleneck: 8}]")
    #expect(throws: Never.self) { try space.candidate(at: Self.point(["lora"], rank: 8)) }
    #expect(throws: Never.self) { try space.candidate(at: Self.point(["adapter", "lora"])) }
    #expect(
      throws: Infeasibility.forbidden(
        clause: 1, text: "{lora.rank: {min: 4}, adapter.bottleneck: 8}")
    ) { try space.candidate(at: Self.point(["adapter", "lora"], rank: 4)) }
  }

  @Test func clausesSpeakOfGroupsTrainingAndMethods() throws {
    let group = try Self.constrained("forbid: [{group1.methods: {contains: lora}}]")
    #expect(throws: Infeasibility.self) { try group.candidate(at: Self.point(["lora"])) }
    #expect(throws: Never.self) { try group.candidate(at: Self.point(["adapter"])) }
    let training = try Self.constrained("forbid: [{training.batch: [32], groups.pattern: uniform}]")
    #expect(throws: Never.self) { try training.candidate(at: Self.point(["lora"])) }
    #expect(throws: Infeasibility.self) {
      try training.candidate(at: Self.point(["lora"], batch: 32))
    }
    let exact = try Self.constrained("forbid: [{methods: [adapter, lora]}]")
    #expect(throws: Infeasibility.self) {
      try exact.candidate(at: Self.point(["adapter", "lora"]))
    }
    #expect(throws: Never.self) { try exact.candidate(at: Self.point(["lora"])) }
  }

  @Test func requirementsHoldWhereTheyApply() throws {
    let plain = try Self.constrained("require: [{lora.rank: {max: 4}}]")
    #expect(throws: Never.self) { try plain.candidate(at: Self.point(["adapter"])) }
    #expect(throws: Never.self) { try plain.candidate(at: Self.point(["lora"], rank: 4)) }
    #expect(throws: Infeasibility.required(clause: 1, text: "{lora.rank: {max: 4}}")) {
      try plain.candidate(at: Self.point(["lora"], rank: 8))
    }
    let conditional = try Self.constrained(
      "require: [{when: {training.batch: 32}, then: {lora.rank: 8, methods: {excludes: adapter}}}]")
    #expect(throws: Never.self) { try conditional.candidate(at: Self.point(["lora"])) }
    #expect(throws: Infeasibility.self) {
      try conditional.candidate(at: Self.point(["lora"], rank: 8, batch: 32))
    }
  }

  @Test func clausesLowerTheValidCount() throws {
    let free = try Self.constrained("")
    let bound = try Self.constrained("forbid: [{lora.rank: 8}]")
    // A group: adapter 2, LoRA 3, both 6: 11; with two ranks 2 + 2 + 4 = 8.
    #expect(free.cardinality().valid == Int128(2 * 2 * 11 * 11 * 11))
    #expect(bound.cardinality().valid == Int128(2 * 2 * 8 * 8 * 8))
  }

  @Test func twoClaimsOnOneWeightAreInfeasible() throws {
    let space = try space(
      "version: 1\neach-group: {subset: [bitfit, full, lora]}\nmethods: {lora: {rank: 2}}")
    #expect(
      throws: Infeasibility.conflict(group: 1, methods: ["bitfit", "full"], weight: "query.bias")
    ) { try space.candidate(at: ["methods": .list(["bitfit", "full"])]) }
    #expect(space.cardinality().valid == Int128(7 - 2))
  }

  // MARK: Overrides

  private static func overridden(_ overrides: String...) throws(SpaceError) -> SearchSpace {
    try SearchSpace(
      yaml: "version: 1\nmethods: {lora: {rank: 4}}\ntraining: {epochs: 3}\n", file: "s.yaml",
      schemas: TestSchemas.all, backbone: Shapes.bertBase, overrides: overrides)
  }

  @Test func overridesReplaceAndAddValues() throws {
    let space = try Self.overridden(
      "training.epochs=5", "training.batch={ordinal: [8, 16]}", "references=off",
      "methods.lora.rank=2", "methods.lora.rank=8")
    #expect(space.trainingDefaults.epochs == 5)
    #expect(!space.usesReferences)
    #expect(space.dimensions.map(\.path) == ["training.batch"])
    let candidate = try space.candidate(at: try space.completed([:]))
    #expect(candidate.configuration.groups[0].methods[0].parameters["rank"] == .integer(8))
  }

  @Test(arguments: [
    ("training", "--set training:1:1: an override must be key.path=value, got 'training'."),
    (
      "a..b=1",
      "--set a..b=1:1:1: an override's key must be names joined by points, such as "
        + "training.epochs, got 'a..b'."
    ),
    (
      "version.a=1",
      "--set version.a=1:1:1: an override's key must be the name of a mapping before '.a', got a "
        + "value at s.yaml:1:10."
    ),
    (
      "training.epoch=1",
      "--set training.epoch=1:1:1: unknown key 'epoch' in training. Did you "
        + "mean 'epochs'?"
    ),
    (
      "training.epochs=0",
      "--set training.epochs=0:1:1: training.epochs must be an integer from 1 to 10000 or a "
        + "mapping such as {int: …}, {ordinal: …}, {choice: …}, got 0."
    ),
    (
      "training.epochs=[1",
      "--set training.epochs=[1:2:1: the YAML is broken: did not find expected ',' or ']'."
    ),
  ])
  func overrideSentenceIsExact(override: String, sentence: String) {
    do throws(SpaceError) {
      _ = try Self.overridden(override)
      Issue.record("no error")
    } catch {
      #expect(error.description == sentence)
    }
  }

  @Test func surveysCountReasons() throws {
    let space = try space(
      "version: 1\nmethods: {lora: {rank: {ordinal: [0, 1, 2, 3]}}}\nbudget: {deployed: 73728}")
    var random = TestRandom(8)
    let survey = space.feasibility(draws: 4000, using: &random)
    #expect(survey.draws == 4000)
    #expect(Set(survey.reasons.map(\.reason)) == ["over a limit", "nothing is tuned"])
    #expect(survey.feasible + survey.reasons.reduce(0) { $0 + $1.count } == 4000)
    #expect(abs(Double(survey.feasible) / 4000 - 0.5) < 0.04)
  }
}
