import Checkpoints
import Exports
import Foundation
import NeuralNets
import PEFTMethods
import SearchSpaces
import TensorCore
import TestSupport
import Testing

@Suite struct ImportTests {
  /// A folder of fixtures that a library saved, with its logits beside.
  private static func compare(_ folder: String, _ name: String) throws {
    let path = Fixtures.url("\(folder)/\(name)").path
    let own = try ImportedModel(path).outputs()
    let reader = try WeightReader(file: Fixtures.url("\(folder)/logits.safetensors").path)
    let theirs = Array(try reader.tensor(name).values)
    try #require(own.count == theirs.count)
    for (a, b) in zip(own, theirs) { #expect(abs(a - b) <= 1e-5, "\(a) beside \(b)") }
  }

  @Test(arguments: [
    "lora", "lora-bin", "lora-patterns", "rslora-regex", "dora", "layers-and-pooler", "ia3",
    "bare-encoder",
  ])
  func adaptersOfPEFTGiveItsLogits(name: String) throws {
    try Self.compare("import/peft", name)
  }

  @Test(arguments: ["sst-2", "scaled", "prefix-mlp", "lora", "union"])
  func adaptersOfOtherNamesGiveTheLogitsOfTheirLibrary(name: String) throws {
    try Self.compare("import/adapterhub", name)
  }

  @Test(arguments: [
    "houlsby", "houlsby-attention-first-layer", "houlsby-feed-forward-gelu", "lora",
    "lora-key-last-layer", "mixture", "parallel", "parallel-attention", "pfeiffer",
    "pfeiffer-attention", "prefix", "prefix-last-layer", "sizes-by-layer", "token-head",
    "two-blocks", "two-layer-head",
  ])
  func adaptersOfAdapterHubGiveItsLogits(name: String) throws {
    try Self.compare("adapterhub", name)
  }

  @Test func everyFixtureOfAdapterHubIsReadOrRefused() throws {
    for name in ["compacter", "compacter-pp-by-layer", "ia3"] {
      do {
        _ = try ImportedModel(Fixtures.url("adapterhub/\(name)").path)
        Issue.record("\(name) was read")
      } catch let error as ImportError {
        guard case .unsupported = error else {
          Issue.record("\(name): \(error)")
          continue
        }
      }
    }
  }

  static let roundTrips: [(methods: [[MethodInstance]], format: String)] = [
    ([[ExportCase.lora], [ExportCase.wideLoRA]], "hf-peft"),
    ([[ExportCase.lora], [ExportCase.wideLoRA]], "hf-peft-portable"),
    ([[MethodInstance("dora", ["rank": .integer(3)])], []], "hf-peft"),
    ([[MethodInstance("ia3", ["targets": .list(["key", "output", "ffn-in"])])], []], "hf-peft"),
    ([[MethodInstance("sora", [:])], [MethodInstance("sora", [:])]], "hf-peft"),
    ([[ExportCase.adapter, ExportCase.lora], [ExportCase.prefix]], "adapterhub"),
    (
      [
        [MethodInstance("adapter", ["placement": .text("houlsby"), "bottleneck": .integer(4)])],
        [MethodInstance("parallel-adapter", ["bottleneck": .integer(5)])],
      ], "adapterhub"
    ),
  ]

  /// What is exported comes back as methods with the same logits.
  @Test(arguments: roundTrips)
  func exportsComeBack(row: (methods: [[MethodInstance]], format: String)) throws {
    let subject = try TinySubject.make(
      row.methods.map { LayerGroup(layers: 1, methods: $0) }, head: .pooler)
    let own = Tape.evaluate { tape in
      subject.head.logits(
        hidden: subject.backbone.hidden(TinySubject.batch, tape: tape),
        batch: subject.backbone.expanded(TinySubject.batch), tape: tape
      ).array
    }
    try TinySubject.withFolder { folder in
      let output = folder.appending(path: "export").path
      try Export.write(subject, format: row.format, to: output)
      let model = try ImportedModel(output)
      for (a, b) in zip(try model.outputs(), own) { #expect(abs(a - b) <= 1e-5) }
      #expect(model.adapter.backboneName == "tiny")
      #expect(try ImportedAdapter.backboneName(output) == "tiny")
    }
  }

  /// A plain export comes back as the very configuration.
  @Test func aPlainConfigurationComesBackAsItself() throws {
    let groups = [LayerGroup(layers: 2, methods: [ExportCase.lora])]
    let subject = try TinySubject.make(groups, head: .pooler)
    try TinySubject.withFolder { folder in
      let output = folder.appending(path: "export").path
      try Export.write(subject, format: "hf-peft", to: output)
      let adapter = try ImportedModel(output).adapter
      #expect(adapter.notes.isEmpty)
      let instance = try #require(adapter.configuration.groups.first?.methods.first)
      #expect(adapter.configuration.groups.count == 1)
      #expect(instance.name == "lora")
      #expect(instance.parameters["rank"] == .integer(4))
      #expect(instance.parameters["alpha-ratio"] == .number(2))
      #expect(instance.parameters["targets"] == .list(["query", "value"]))
    }
  }

  /// Several ranks and scales in one layer are told, and what training needs is kept.
  @Test func whatIsFilledUpIsTold() throws {
    let patterns = try ImportedModel(Fixtures.url("import/peft/lora-patterns").path).adapter
    #expect(patterns.notes.count == 2)
    let plain = try ImportedModel(Fixtures.url("import/peft/lora").path).adapter
    let instance = try #require(plain.configuration.groups.first?.methods.first)
    #expect(instance.parameters["dropout"] == .number(0.1))
    #expect(plain.origin == "LORA of PEFT")
    let hub = try ImportedModel(Fixtures.url("import/adapterhub/sst-2").path).adapter
    #expect(hub.head?.labels == ["no", "yes", "maybe"])
  }

  @Test func outputsMoveWithTheirLabels() throws {
    let head = try #require(
      try ImportedModel(Fixtures.url("import/adapterhub/lora").path).adapter.head)
    let moved = head.reordered([2, 0, 1])
    #expect(moved.labels == ["maybe", "no", "yes"])
    let before = try #require(head.tensors.first { $0.name == "head.output.bias" }).values
    let after = try #require(moved.tensors.first { $0.name == "head.output.bias" }).values
    #expect(after == [before[2], before[0], before[1]])
    let rows = try #require(head.tensors.first { $0.name == "head.output.weight" }).values
    let movedRows = try #require(moved.tensors.first { $0.name == "head.output.weight" }).values
    #expect(Array(movedRows.prefix(16)) == Array(rows[32..<48]))
    let dense = head.tensors.first { $0.name == "head.dense.weight" }?.values
    #expect(dense != nil && moved.tensors.first { $0.name == "head.dense.weight" }?.values == dense)
  }
}
