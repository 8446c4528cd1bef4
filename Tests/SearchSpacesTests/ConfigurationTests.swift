import Foundation
import Testing

@testable import SearchSpaces

/// Configurations as files, their identity, and what a space proposes first.
@Suite struct ConfigurationTests {
  static let configuration = PEFTConfiguration(
    groups: [
      LayerGroup(
        layers: 2,
        methods: [
          TestSchemas.lora.filled(
            MethodInstance("lora", ["rank": .integer(4), "alpha-ratio": .number(0.5)])),
          TestSchemas.adapter.defaultInstance,
        ]), LayerGroup(layers: 3, methods: []), LayerGroup(layers: 7, methods: []),
    ], model: [TestSchemas.embeddings.defaultInstance],
    training: TrainingSettings(learningRate: 1e-4, examples: 1000))

  @Test func yamlIsExactAndReadsBack() throws {
    let text = Self.configuration.yaml
    #expect(
      text == """
        version: 1
        groups:
          - layers: 2
            methods:
              adapter: {activation: relu, bottleneck: 48, dropout: 0, learning-rate: 0, placement: \
        pfeiffer}
              lora: {alpha-ratio: 0.5, dropout: 0, learning-rate: 0, rank: 4, scaling: standard, \
        targets: [query, value]}
          - layers: 10
            methods: {}
        model:
          embeddings: {learning-rate: 0, parts: [tables, norm]}
        training:
          epochs: 3
          batch: 32
          learning-rate: 0.0001
          schedule: linear
          warmup: 0.06
          weight-decay: 0
          clip: 1
          patience: 0
          examples: 1000
          length: 128
          backbone-dropout: 0

        """)
    let read = try PEFTConfiguration(
      yaml: text, file: "c.yaml", schemas: TestSchemas.all, backbone: Shapes.bertBase)
    #expect(read == Self.configuration.canonical)
    #expect(read.yaml == text)
  }

  @Test func overridesTakeThePlaceOfTheFilesValues() throws {
    func read(_ overrides: [String]) throws -> PEFTConfiguration {
      try PEFTConfiguration(
        yaml: Self.configuration.yaml, file: "c.yaml", schemas: TestSchemas.all,
        backbone: Shapes.bertBase, overrides: overrides)
    }
    var expected = Self.configuration.canonical
    expected.training.learningRate = 2e-3
    expected.training.epochs = 5
    #expect(try read(["training.learning-rate=2e-3", "training.epochs=5"]) == expected)
    #expect {
      try read(["training.rate=2e-3"])
    } throws: {
      "\($0)".hasPrefix("--set training.rate=2e-3:1:1: unknown key 'rate'")
    }
  }

  @Test func identityIsStableAndOfTheCanonicalForm() throws {
    // The value is frozen: a change would orphan the trials of every stored run.
    #expect(Self.configuration.identity == Self.configuration.canonical.identity)
    #expect(Self.configuration.identity.count == 32)
    var other = Self.configuration
    other.training.learningRate = 2e-4
    #expect(other.identity != Self.configuration.identity)
    let encoded = try JSONEncoder().encode(Self.configuration.canonical)
    let decoded = try JSONDecoder().decode(PEFTConfiguration.self, from: encoded)
    #expect(decoded == Self.configuration.canonical)
    #expect(decoded.identity == Self.configuration.identity)
    let empty = PEFTConfiguration(
      groups: [LayerGroup(layers: 12, methods: [])], training: TrainingSettings())
    #expect(
      empty.canonicalText
        == "groups=12{};model={};training={backbone-dropout=0,batch=32,clip=1,epochs=3,"
        + "examples=all,learning-rate=0.001,length=128,patience=0,schedule=linear,warmup=0.06,"
        + "weight-decay=0,}")
    #expect(empty.identity == "0efca35021b39528bab05167f0398754")
  }

  @Test func hashesEqualThePublishedVectors() {
    #expect(PEFTConfiguration.hash("") == "6c62272e07bb014262b821756295c58d")
    #expect(PEFTConfiguration.hash("a") == "d228cb696f1a8caf78912b704e4a8964")
    #expect(PEFTConfiguration.hash("foobar") == "343e1662793c64bf6f0d3597ba446f18")
  }

  @Test func wholeAndRealNumbersAreOneValue() {
    #expect(ParameterValue.integer(2) == .number(2))
    #expect(ParameterValue.integer(2).hashValue == ParameterValue.number(2).hashValue)
    #expect(ParameterValue.number(2).description == "2")
    #expect(ParameterValue.number(2.5) != .integer(2))
    #expect(ParameterValue.flag(true) != .integer(1))
    #expect(ParameterValue.number(8).asInteger == 8 && ParameterValue.number(8.5).asInteger == nil)
  }

  @Test func oddWordsAreQuoted() throws {
    for text in [
      "true", "no", "1e5", "a b", "a: b", "\"", "\\", "ä", "#", "", "-", "nan", "x\n\u{1}",
    ] {
      let node = try SpaceNode.parse("a: " + ParameterValue.text(text).yamlText, file: "t")
      #expect(node["a"]?.text == text)
      #expect(node["a"]?.scalar == .text(text))
    }
  }

  @Test func schemasCheckAndFillInstances() throws {
    let lora = TestSchemas.lora
    #expect(lora.filled(MethodInstance("lora", ["rank": .integer(2)])).parameters.count == 6)
    #expect(throws: Never.self) { try lora.validate(lora.defaultInstance) }
    func fault(_ name: String, _ value: ParameterValue) -> String? {
      var instance = lora.defaultInstance
      instance.parameters[name] = value
      return lora.fault(in: instance)
    }
    #expect(fault("rank", .integer(0)) == "rank of 'lora' must be an integer from 1 to 8192, got 0")
    #expect(fault("ranks", .integer(1)) == "method 'lora' has no parameter 'ranks'")
    #expect(
      fault("scaling", .text("rs")) == "scaling of 'lora' must be 'standard' or 'rslora', got rs")
    #expect(
      fault("targets", .list([]))
        == "targets of 'lora' must be a list of at least 1 of query, key, value, output, ffn-in, "
        + "ffn-out, got []")
    #expect(
      lora.fault(in: MethodInstance("lora", ["rank": .integer(1)]))
        == "method 'lora' needs a value for 'targets'")
  }

  @Test func referencesAreHeadOnlyLoRAAndBitFit() throws {
    let space = try space(
      "version: 1\nmethods: {lora: {rank: {int: [1, 4]}}}\ntraining: {epochs: 2}")
    let references = space.references()
    #expect(references.map { $0.groups[0].methods.map(\.name) } == [[], ["lora"], ["bitfit"]])
    #expect(references.allSatisfy { $0.training.epochs == 2 && $0.layerCount == 12 })
    let lora = references[1].groups[0].methods[0]
    #expect(lora.parameters["rank"] == .integer(8))
    #expect(lora.parameters["targets"] == .list(["query", "value"]))
    let off = try referenceSpace("off")
    #expect(!off.usesReferences && off.references().isEmpty)
    let bare = try SearchSpace(
      yaml: "version: 1\nmethods: {adapter: {}}", file: "s.yaml", schemas: [TestSchemas.adapter],
      backbone: Shapes.bertBase)
    #expect(bare.references().count == 1)
  }

  private func referenceSpace(_ references: String) throws -> SearchSpace {
    try SearchSpace(
      yaml: "version: 1\nmethods: {lora: {}}\nreferences: \(references)", file: "s.yaml",
      schemas: TestSchemas.all, backbone: Shapes.bertBase)
  }

  @Test func startHoldsPointsAndConfigurations() throws {
    let space = try SearchSpace(
      yaml: """
        version: 1
        each-group: {subset: [adapter, lora], min: 1}
        methods: {lora: {rank: {int: [1, 16]}, targets: {subset: all, min: 1}}, adapter: {}}
        training: {batch: {ordinal: [16, 32]}, learning-rate: {float: [1e-4, 1e-2], log: true}}
        start:
          - point: {methods: [lora], lora.rank: 4, lora.targets: [value, key]}
          - groups:
              - layers: 12
                methods: {bitfit: {}}
            training: {batch: 8}
        """, file: "s.yaml", schemas: TestSchemas.all, backbone: Shapes.bertBase)
    #expect(space.start.count == 2)
    #expect(
      space.start[0].point == [
        "methods": .list(["lora"]), "lora.rank": .integer(4),
        "lora.targets": .list(["key", "value"]), "training.batch": .integer(32),
        "training.learning-rate": .number(1e-3),
      ])
    #expect(space.start[1].point == nil)
    #expect(space.start[1].configuration.training.batch == 8)
    #expect(space.start[1].configuration.training.learningRate == 1e-3)
  }

  @Test func objectivesStrategyAndSeeds() throws {
    let space = try SearchSpace(
      yaml: """
        version: 1
        description: A test
        methods: {lora: {}}
        objectives: [score: max, parameters: min, flops-per-token: min]
        strategy: {name: bayes, initial: 8, noise: 1e-4, warm: true, kernel: matern}
        training: {seeds: 3}
        """, file: "s.yaml", schemas: TestSchemas.all, backbone: Shapes.bertBase)
    #expect(space.summary == "A test")
    #expect(
      space.objectives == [
        Objective(.score, .maximize), Objective(.cost(.deployed), .minimize),
        Objective(.cost(.flopsPerToken), .minimize),
      ])
    #expect(space.strategyName == "bayes")
    #expect(
      space.strategySettings == [
        "initial": .integer(8), "noise": .number(1e-4), "warm": .flag(true),
        "kernel": .text("matern"),
      ])
    #expect(space.seeds == 3)
  }

  @Test func infeasibilitySentences() {
    let table: [(Infeasibility, String)] = [
      (.unknownPath("a.b"), "the space has no decision 'a.b'"),
      (.missing("lora.rank"), "the point has no value for 'lora.rank'"),
      (.outside(path: "lora.rank", value: "9"), "'lora.rank' cannot be 9"),
      (.nothingTuned, "no method is chosen: this is the reference 'head only'"),
      (.methodCount(group: 2, allowed: 1...3, got: 0), "group 2 holds 0 methods, expected 1 to 3"),
      (.methodCount(group: 0, allowed: 1...1, got: 0), "the model holds 0 methods, expected 1"),
      (.tunedCount(allowed: 2...4, got: 1), "1 groups are tuned, expected 2 to 4"),
      (
        .overBudget(cost: "deployed", value: 12, limit: 9),
        "deployed is 12, above the limit of 9"
      ),
      (
        .doesNotFit(layer: 3, methods: ["adapter", "lora"], smallest: 40, share: 30),
        "layer 3 cannot hold adapter, lora: size 1 needs 40 parameters, its share is 30"
      ),
      (
        .conflict(group: 1, methods: ["bitfit", "full"], weight: "query.bias"),
        "bitfit and full both rewrite 'query.bias' in group 1"
      ),
      (
        .conflict(group: nil, methods: ["a", "b"], weight: "w"),
        "a and b both rewrite 'w' in the model"
      ),
      (.forbidden(clause: 2, text: "{lora.rank: 4}"), "forbid[2] matches: {lora.rank: 4}"),
      (.required(clause: 1, text: "{x: 1}"), "require[1] is not met: {x: 1}"),
    ]
    for (reason, sentence) in table { #expect(reason.description == sentence) }
  }

  @Test func pointsOutsideTheSpaceAreRefused() throws {
    let space = try SearchSpace(
      yaml: "version: 1\nmethods: {lora: {rank: {int: [1, 4]}}}", file: "s.yaml",
      schemas: TestSchemas.all, backbone: Shapes.bertBase)
    #expect(throws: Infeasibility.unknownPath("rank")) {
      try space.candidate(at: ["rank": .integer(1)])
    }
    #expect(throws: Infeasibility.outside(path: "lora.rank", value: "5")) {
      try space.candidate(at: ["lora.rank": .integer(5)])
    }
    #expect(throws: Infeasibility.missing("lora.rank")) { try space.candidate(at: [:]) }
    #expect(try space.completed([:]) == ["lora.rank": .integer(3)])
  }
}
