import LinearAlgebra
import NeuralNets
import PEFTMethods
import SearchSpaces
import TensorCore
import Testing

/// How configurations become attached tensors: names, keys, sharing, optimizer groups.
@Suite struct PEFTModelBuilderTests {
  static let lora = MethodInstance("lora", ["rank": .integer(2)])
  static let prefix = MethodInstance("prefix", ["length": .integer(2), "mlp-width": .integer(5)])

  @Test func namesAreStable() throws {
    let model = try TinyModel(
      PEFTConfiguration(
        (1, [Self.lora, Self.prefix]),
        (
          2,
          [MethodInstance("adapter", ["bottleneck": .integer(3), "placement": .text("houlsby")])]
        ),
        model: [MethodInstance("embeddings", ["parts": .list(["norm-shift"])])]))
    #expect(
      model.tensors.map(\.name).filter { !$0.hasPrefix("layer.2") } == [
        "layer.1.attention-block.adapter.down.weight", "layer.1.attention-block.adapter.down.bias",
        "layer.1.attention-block.adapter.up.weight", "layer.1.attention-block.adapter.up.bias",
        "layer.1.feed-forward-block.adapter.down.weight",
        "layer.1.feed-forward-block.adapter.down.bias",
        "layer.1.feed-forward-block.adapter.up.weight",
        "layer.1.feed-forward-block.adapter.up.bias",
        "embeddings-norm.shift",
        "layer.0.query.lora_A", "layer.0.query.lora_B", "layer.0.value.lora_A",
        "layer.0.value.lora_B",
        "layer.0.attention.prefix.embedding", "layer.0.attention.prefix.inner.weight",
        "layer.0.attention.prefix.inner.bias", "layer.0.attention.prefix.outer-keys.weight",
        "layer.0.attention.prefix.outer-keys.bias", "layer.0.attention.prefix.outer-values.weight",
        "layer.0.attention.prefix.outer-values.bias",
      ])
  }

  @Test func equalTrainingsAreEqualModels() throws {
    let whole = try TinyModel(PEFTConfiguration((3, [Self.lora, Self.prefix])))
    let split = try TinyModel(
      PEFTConfiguration((1, [Self.prefix, Self.lora]), (2, [Self.lora, Self.prefix])))
    #expect(whole.attached?.configuration == split.attached?.configuration)
    #expect(whole.attached?.state(.training) == split.attached?.state(.training))
  }

  @Test func defaultsSaidOrLeftOutAreOneModel() throws {
    let silent = MethodInstance("prefix", ["length": .integer(2)])
    let said = MethodInstance(
      "prefix",
      ["length": .integer(2), "mlp-width": .integer(512), "learning-rate": .integer(0)])
    let mixed = try TinyModel(PEFTConfiguration((1, [silent]), (2, [said])))
    let embeddings = mixed.tensors.filter { $0.name.hasSuffix("prefix.embedding") }
    #expect(embeddings.count == 1)
    #expect(mixed.attached?.configuration.groups.count == 1)

    let forward = MethodInstance("lora", ["targets": .list(["query", "output"])])
    let backward = MethodInstance("lora", ["targets": .list(["output", "query"])])
    #expect(
      try TinyModel(PEFTConfiguration((3, [forward]))).attached?.configuration
        == TinyModel(PEFTConfiguration((3, [backward]))).attached?.configuration)
  }

  @Test func initialValuesDependOnKeyLayerAndNameAlone() throws {
    func state(_ configuration: PEFTConfiguration, seed: UInt64 = 5) throws -> [String: [Float]] {
      let attached = try #require(
        try TinyModel(configuration, key: RandomKey(seed: seed)).attached)
      return Dictionary(
        uniqueKeysWithValues: attached.state(.training).map { ($0.name, $0.values) })
    }
    let alone = try state(PEFTConfiguration((3, [Self.lora])))
    let beside = try state(
      PEFTConfiguration((1, [Self.lora]), (2, [Self.prefix, Self.lora])))
    for (name, values) in alone { #expect(beside[name] == values, "\(name)") }
    let other = try state(PEFTConfiguration((3, [Self.lora])), seed: 6)
    #expect(other["layer.0.query.lora_A"] != alone["layer.0.query.lora_A"])
    #expect(alone["layer.0.query.lora_A"] != alone["layer.1.query.lora_A"])
    #expect(alone["layer.0.query.lora_A"] != alone["layer.0.value.lora_A"])
    // A higher rank starts with the rows of a lower one.
    let larger = try state(
      PEFTConfiguration((3, [MethodInstance("lora", ["rank": .integer(5)])])))
    let rows = try #require(alone["layer.2.value.lora_A"])
    #expect(larger["layer.2.value.lora_A"].map { Array($0.prefix(rows.count)) } == rows)
  }

  @Test func anEqualPrefixSharesOneMLPOverAllItsLayers() throws {
    let other = MethodInstance("prefix", ["length": .integer(3), "mlp-width": .integer(5)])
    let model = try TinyModel(
      PEFTConfiguration((1, [Self.prefix]), (1, [other]), (1, [Self.prefix, Self.lora])))
    let embeddings = model.tensors.map(\.name).filter { $0.hasSuffix("prefix.embedding") }
    #expect(
      embeddings == ["layer.0.attention.prefix.embedding", "layer.1.attention.prefix.embedding"])
    let outer = model.tensors.map(\.name).filter { $0.hasSuffix("outer-keys.weight") }
    #expect(outer.count == 3)
  }

  @Test func foldedPrefixEqualsItsMLP() throws {
    let model = try TinyModel(PEFTConfiguration((3, [Self.prefix])))
    model.perturb()
    for placed in try #require(model.attached).adapters {
      let adapter = try #require(placed.adapter as? any AttentionAdapter)
      let tape = Tape(recording: false)
      let live = withExtendedLifetime(tape) {
        let prefix = adapter.prefix(tape.zeros(Shape(1, 12)), tape: tape)
        return (keys: prefix.keys.array, values: prefix.values.array)
      }
      guard case .prefix(let keys, let values, let length) = adapter.canonicalForm else {
        Issue.record("a prefix must have the canonical form of one")
        continue
      }
      #expect(length == 2)
      #expect(keys == live.keys && values == live.values)
    }
  }

  @Test func optimizerGroupsFollowRatesAndDecay() throws {
    let fast = MethodInstance("lora", ["rank": .integer(2), "learning-rate": .number(0.02)])
    let model = try TinyModel(
      PEFTConfiguration((3, [fast, MethodInstance("adapter", ["bottleneck": .integer(2)])])))
    let attached = try #require(model.attached)
    let groups = attached.parameterGroups(learningRate: 0.001, weightDecay: 0.1)
    #expect(groups.map(\.learningRate) == [0.001, 0.001, 0.02])
    #expect(groups.map(\.weightDecay) == [0.1, 0, 0.1])
    #expect(groups.map(\.parameters.count) == [6, 6, 12])
    let names = groups.flatMap { $0.parameters.map(\.name) }
    #expect(Set(names) == Set(attached.trainedParameters.map(\.name)))
    // Without decay the two kinds are one group.
    #expect(attached.parameterGroups(learningRate: 0.001, weightDecay: 0).count == 2)
  }

  @Test func loraScaleFollowsRankAndScaling() throws {
    func scale(_ parameters: [String: ParameterValue]) throws -> Double {
      try LoRA(MethodInstance("lora", parameters)).scale
    }
    #expect(try scale([:]) == 1)
    #expect(try scale(["rank": .integer(16), "alpha-ratio": .number(2)]) == 2)
    #expect(
      try scale(
        ["rank": .integer(16), "alpha-ratio": .number(2), "scaling": .text("rslora")]) == 8)
    #expect(try LoRA(MethodInstance("lora", ["rank": .integer(4)])).alpha == 4)
  }

  @Test func dropoutFollowsTheTapeAlone() throws {
    for name in ["lora", "adapter", "parallel-adapter"] {
      let model = try TinyModel(
        PEFTConfiguration((3, [MethodInstance(name, ["dropout": .number(0.5)])])))
      model.perturb()
      let plain = model.logits()
      #expect(model.logits() == plain)
      let noisy = model.logits(noise: RandomKey(seed: 1))
      #expect(noisy != plain)
      #expect(model.logits(noise: RandomKey(seed: 1)) == noisy)
      #expect(model.logits(noise: RandomKey(seed: 2)) != noisy)
    }
  }

  @Test func headOnlyAttachesNothing() throws {
    let model = try TinyModel(PEFTConfiguration((3, [])))
    let attached = try #require(model.attached)
    #expect(attached.tensors.isEmpty && attached.adapters.isEmpty)
    #expect(attached.isMergeable)
    #expect(try attached.mergedTensors().isEmpty)
    #expect(model.logits() == TinyModel().logits())
  }

  @Test func mergedTensorsAreNamedAsInTheCheckpoint() throws {
    let model = try TinyModel(
      PEFTConfiguration(
        (2, []), (1, [Self.lora, MethodInstance("bitfit", ["terms": .list(["output"])])])))
    let merged = try #require(model.attached).mergedTensors()
    #expect(
      merged.map(\.host.parameter.path) == [
        "encoder.layer.2.attention.self.query.weight",
        "encoder.layer.2.attention.self.value.weight",
        "encoder.layer.2.attention.output.dense.bias",
      ])
    #expect(merged.map(\.layer) == [2, 2, 2])
  }
}
