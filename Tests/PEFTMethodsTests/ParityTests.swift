import Backbones
import Checkpoints
import Foundation
import LinearAlgebra
import NeuralNets
import PEFTMethods
import SearchSpaces
import TensorCore
import TestSupport
import Testing

/// Forward, every gradient and ten training losses beside PEFT, adapters and transformers.
///
/// Fixtures come from `scripts/fixtures/{peft,adapters}_*.py`, which name the library's version in
/// each file; the model is a random BERT with two layers, the batches have unequal lengths.
@Suite struct ParityTests {
  struct Fixture: Sendable, CustomTestStringConvertible {
    let file: String
    let configuration: PEFTConfiguration
    /// The largest difference of a logit.
    var tolerance: Float = 1e-5

    var testDescription: String { file }

    init(_ file: String, _ methods: MethodInstance...) {
      self.init(file, groups: [LayerGroup(layers: 2, methods: methods)])
    }

    init(_ file: String, groups: [LayerGroup], model: [MethodInstance] = []) {
      self.file = file
      configuration = PEFTConfiguration(groups: groups, model: model, training: TrainingSettings())
    }
  }

  static let fixtures: [Fixture] = additive + prompts + reparametrised + selective

  private static let selective: [Fixture] = [
    Fixture("far", MethodInstance("far", ["retention": .integer(20)])),
    Fixture("sam", entries("sam", rank: 1)),
    Fixture("spt", entries("spt", rank: 2, ["rank": .integer(2)])),
    Fixture("spt-adapter", entries("spt-adapter", rank: 2, ["rank": .integer(2)])),
    Fixture("diff-pruning-none", pruned("none")), Fixture("diff-pruning-map", pruned("map")),
    Fixture("diff-pruning-row", pruned("row")),
    mapped("said", "said", ["dimension": .integer(40)]),
    mapped("said-wide", "said", ["dimension": .integer(300)]),
  ]

  private static func entries(
    _ name: String, rank: Int, _ parameters: [String: ParameterValue] = [:]
  ) -> MethodInstance {
    let common: [String: ParameterValue] = [
      "targets": .list(["query", "ffn-in"]), "rank-equivalent": .integer(rank),
    ]
    return MethodInstance(name, common.merging(parameters) { $1 })
  }

  private static func pruned(_ groups: String) -> MethodInstance {
    entries("diff-pruning", rank: 2, ["groups": .text(groups), "l0": .number(1e-3)])
  }

  private static let prompts: [Fixture] = [
    prompted("prompt-tuning", "prompt-tuning", [:]),
    prompted(
      "prompt-tuning-lora", "prompt-tuning", [:],
      beside: [MethodInstance("lora", ["rank": .integer(2), "alpha-ratio": .number(2)])]),
    prompted("p-tuning-mlp", "p-tuning", ["encoder-width": .integer(5)]),
    prompted(
      "p-tuning-lstm", "p-tuning", ["encoder": .text("lstm"), "encoder-width": .integer(5)]),
    prompted("smop", "smop", ["prompts": .integer(4)]),
    prompted("p-tuning-v2", "p-tuning-v2", [:]), prompted("apt", "apt", [:]),
  ]

  private static func prompted(
    _ file: String, _ name: String, _ parameters: [String: ParameterValue],
    beside methods: [MethodInstance] = []
  ) -> Fixture {
    let prompt = MethodInstance(
      name, ["length": .integer(3)].merging(parameters) { said, _ in said })
    return Fixture(
      file, groups: [LayerGroup(layers: 2, methods: methods)], model: [prompt])
  }

  /// The maps of the fixtures with three of them, with rectangular weights.
  private static let mixed = ParameterValue.list(["query", "ffn-in", "ffn-out"])

  private static func mapped(
    _ file: String, _ name: String, _ parameters: [String: ParameterValue],
    tolerance: Float = 1e-5
  ) -> Fixture {
    var fixture = Fixture(
      file,
      MethodInstance(name, ["targets": mixed].merging(parameters) { _, said in said }))
    fixture.tolerance = tolerance
    return fixture
  }

  private static let reparametrised: [Fixture] = [
    mapped("dora", "dora", ["rank": .integer(3), "alpha-ratio": .number(2)]),
    // PEFT takes the singular vectors in single precision: 1.2e-5 was measured.
    mapped(
      "pissa", "pissa", ["rank": .integer(3), "alpha-ratio": .number(2)], tolerance: 2e-5),
    mapped(
      "adalora", "adalora",
      [
        "rank": .integer(2), "spare-ranks": .integer(2), "alpha-ratio": .number(2),
        "warmup": .number(0.2), "final": .number(0.3), "interval": .integer(2),
      ]),
    sora("soft"), sora("hard"), dylora("newest"), dylora("all"),
    mapped("vera", "vera", ["rank": .integer(5)]),
    mapped("loha", "loha", ["rank": .integer(3), "alpha-ratio": .number(2)]),
    mapped("lokr", "lokr", ["rank": .integer(2), "alpha-ratio": .number(2)]),
    mapped(
      "lokr-both", "lokr",
      [
        "rank": .integer(1), "alpha-ratio": .number(2), "factor": .integer(4),
        "decompose-both": .flag(true),
      ]),
    mapped("krona", "krona", ["factor": .integer(2), "scale": .number(2)]),
    Fixture(
      "krona-block",
      MethodInstance("krona-block", ["scale": .number(2), "residual": .flag(true)])),
    Fixture(
      "kadaptation",
      MethodInstance(
        "kadaptation",
        [
          "targets": .list(["query", "ffn-in"]), "division": .integer(4), "rank": .integer(2),
          "scale": .number(3),
        ])),
    mapped("oft-neumann", "oft", ["block-size": .integer(4)]),
    mapped("oft-cayley", "oft", ["block-size": .integer(4), "map": .text("cayley")]),
    mapped("boft", "boft", ["block-size": .integer(4)]),
    mapped(
      "boft-butterfly", "boft",
      [
        "block-size": .integer(4), "factors": .integer(2),
        "targets": .list(["query", "ffn-out"]),
      ]),
    Fixture("ia3", MethodInstance("ia3", [:])),
    Fixture(
      "compacter",
      MethodInstance("compacter", ["bottleneck": .integer(4), "division": .integer(2)])
    ),
    Fixture(
      "compacter-pp",
      MethodInstance(
        "compacter",
        [
          "bottleneck": .integer(8), "division": .integer(4), "factor-rank": .integer(2),
          "placement": .text("feed-forward"),
        ])),
    Fixture(
      "ia3-peft",
      MethodInstance("ia3", ["targets": .list(["key", "value", "output", "ffn-out"])])),
    Fixture(
      "ia3-adapterhub", MethodInstance("ia3", ["targets": .list(["key", "value", "ffn-in"])])),
  ]

  private static func sora(_ step: String) -> Fixture {
    Fixture(
      "sora-\(step)",
      MethodInstance(
        "sora",
        [
          "targets": .list(["query", "ffn-in"]), "rank": .integer(4), "threshold": .number(0.008),
          "step": .text(step), "l1": .number(0.5),
        ]))
  }

  private static func dylora(_ update: String) -> Fixture {
    Fixture(
      "dylora-\(update)", MethodInstance("dylora", ["rank": .integer(4), "update": .text(update)])
    )
  }

  private static let additive: [Fixture] = [
    Fixture(
      "lora-query-value",
      MethodInstance("lora", ["rank": .integer(4), "alpha-ratio": .number(2)])),
    Fixture(
      "lora-all-rslora",
      MethodInstance(
        "lora",
        [
          "targets": .list(["query", "key", "value", "output", "ffn-in", "ffn-out"]),
          "rank": .integer(3), "alpha-ratio": .number(2), "scaling": .text("rslora"),
        ])),
    Fixture("pfeiffer", adapter("pfeiffer", "relu")),
    Fixture("pfeiffer-attention", adapter("pfeiffer-attention", "tanh")),
    Fixture("houlsby", adapter("houlsby", "silu")),
    Fixture("houlsby-gelu", adapter("houlsby", "gelu")),
    Fixture("parallel", MethodInstance("parallel-adapter", ["bottleneck": .integer(6)])),
    Fixture(
      "parallel-attention",
      MethodInstance(
        "parallel-adapter",
        ["bottleneck": .integer(6), "placement": .text("attention"), "scale": .number(2)])),
    Fixture(
      "parallel-both",
      MethodInstance(
        "parallel-adapter",
        ["bottleneck": .integer(6), "placement": .text("both"), "scale": .number(2)])),
    Fixture(
      "prefix-flat",
      MethodInstance("prefix", ["length": .integer(3), "mlp-width": .integer(0)])),
    Fixture(
      "prefix-mlp", MethodInstance("prefix", ["length": .integer(3), "mlp-width": .integer(8)])),
    Fixture(
      "autopeft", MethodInstance("adapter", ["bottleneck": .integer(5)]),
      MethodInstance("parallel-adapter", ["bottleneck": .integer(3)]),
      MethodInstance("prefix", ["length": .integer(2), "mlp-width": .integer(0)])),
    Fixture(
      "adamix",
      MethodInstance(
        "adamix",
        ["bottleneck": .integer(5), "down-copies": .integer(3), "up-copies": .integer(2)])),
    adapterDrop("robust"), adapterDrop("specialised"),
    Fixture(
      "ciat", groups: [LayerGroup(layers: 2, methods: [])],
      model: [
        MethodInstance("ciat", ["bottleneck": .integer(5), "input-bottleneck": .integer(3)])
      ]),
    Fixture("unipelt", unipelt(mlp: 8, rank: 3)),
    Fixture("unipelt-ap", unipelt(mlp: 0, rank: 0)),
    Fixture("unipelt-padded", unipelt(mlp: 8, rank: 3, padding: true)),
    Fixture(
      "bitfit-all",
      groups: [LayerGroup(layers: 2, methods: [MethodInstance("bitfit", [:])])],
      model: [MethodInstance("embeddings", ["parts": .list(["norm-shift", "pooler-bias"])])]),
    Fixture("bitfit-partial", MethodInstance("bitfit", ["terms": .list(["query", "ffn-in"])])),
    Fixture(
      "full", groups: [LayerGroup(layers: 2, methods: [MethodInstance("full", [:])])],
      model: [
        MethodInstance(
          "embeddings",
          [
            "parts": .list(["tables", "norm-scale", "norm-shift", "pooler-weight", "pooler-bias"])
          ])
      ]),
    Fixture(
      "top-1-layer",
      groups: [
        LayerGroup(layers: 1, methods: []),
        LayerGroup(layers: 1, methods: [MethodInstance("full", [:])]),
      ]),
  ]

  private static func adapterDrop(_ training: String) -> Fixture {
    Fixture(
      "adapterdrop-\(training)", groups: [LayerGroup(layers: 2, methods: [])],
      model: [
        MethodInstance(
          "adapterdrop",
          [
            "bottleneck": .integer(6), "dropped": .integer(1), "training": .text(training),
          ])
      ])
  }

  private static func unipelt(mlp: Int, rank: Int, padding: Bool = false) -> MethodInstance {
    MethodInstance(
      "unipelt",
      [
        "bottleneck": .integer(6), "length": .integer(3), "mlp-width": .integer(mlp),
        "rank": .integer(rank), "padding": .flag(padding),
      ])
  }

  private static func adapter(_ placement: String, _ activation: String) -> MethodInstance {
    MethodInstance(
      "adapter",
      [
        "placement": .text(placement), "activation": .text(activation), "bottleneck": .integer(6),
      ])
  }

  @Test(arguments: fixtures)
  func forwardAndGradientsEqualTheReference(_ fixture: Fixture) throws {
    let model = try ParityModel(fixture)
    let tape = Tape(recording: true)
    let logits = model.logits(model.batches[0], tape: tape)
    expectClose(logits.array, try model.expected("logits"), tolerance: fixture.tolerance)
    tape.backward(
      from: model.attached.hooks.penalised(
        tape.crossEntropy(logits, labels: model.labels[0]), TrainingStep(index: 0, total: 10),
        tape: tape))
    let expected = try model.trained.map { try model.expected("gradient.\($0.name)") }
    let globalNorm = norm(expected.flatMap { $0 })
    for (entry, gradient) in zip(model.trained, expected) {
      let got = entry.parameter.gradientArray
      let difference = norm(zip(got, gradient).map { $0 - $1 })
      let allowed = 1e-4 * max(norm(gradient), 1e-4 * globalNorm)
      #expect(difference <= allowed, "\(entry.name): ‖Δ‖ \(difference), allowed \(allowed)")
    }
  }

  @Test(arguments: fixtures)
  func tenLossesEqualTheReference(_ fixture: Fixture) throws {
    let model = try ParityModel(fixture)
    let groups = model.attached.parameterGroups(learningRate: 5e-3, weightDecay: 0.01)
    let optimizer = AdamW(groups + model.headGroups(learningRate: 5e-3, weightDecay: 0.01))
    var losses: [Float] = []
    for step in 0..<10 {
      Gradients.zero(optimizer.parameters)
      let position = TrainingStep(index: step, total: 10)
      let tape = Tape(recording: true)
      tape.noise = RandomKey(seed: 77).derived(step)
      let logits = model.logits(model.batches[step % 2], tape: tape)
      let targets = Targets.classes(model.labels[step % 2])
      let loss = model.attached.hooks.objective(
        targets.loss(logits, tape: tape), logits: logits, targets: targets, position, tape: tape
      ) { model.logits(model.batches[step % 2], tape: tape) }
      losses.append(loss.scalar)
      tape.backward(from: loss)
      optimizer.step(factor: 1)
      for hook in model.attached.hooks { hook.afterStep(position) }
    }
    for (got, expected) in zip(losses, try model.expected("losses")) {
      #expect(abs(got - expected) <= 1e-4 * abs(expected), "got \(got), expected \(expected)")
    }
  }

  @Test func fixturesNameTheirVersions() throws {
    for fixture in Self.fixtures {
      let reader = try WeightReader(file: Fixtures.url("peft/\(fixture.file).safetensors").path)
      let versions = try #require(reader.metadata["versions"])
      #expect(versions.contains("torch 2.") && versions.contains("transformers "))
    }
  }

  private func norm(_ values: [Float]) -> Double {
    values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }
}
