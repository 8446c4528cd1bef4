import Checkpoints
import Foundation
import NeuralNets
import PEFTMethods
import SearchSpaces
import TestSupport
import Testing

@testable import Exports

/// The traps of the format, one by one.
@Suite struct AdapterHubFieldsTests {
  @Test func theReductionFactorGivesExactlyTheSizeBack() {
    for width in [16, 128, 256, 312, 384, 512, 768, 1024] {
      for size in 1...2 * width {
        let factor = BottleneckFields.reductionFactor(width: width, bottleneck: size)
        #expect(
          BottleneckFields.bottleneck(width: width, reductionFactor: factor) == size,
          "\(width) \(size)")
      }
    }
    #expect(BottleneckFields.reductionFactor(width: 384, bottleneck: 24) == 16)
  }

  /// Python: `int(768 // (768 / 13))` is 12, `int(768 // 59.0)` 13, `int(16 // 32.0)` 0, made 1.
  @Test func theLibrarysDivisionRoundsDown() {
    #expect(BottleneckFields.bottleneck(width: 768, reductionFactor: 768.0 / 13) == 12)
    #expect(BottleneckFields.bottleneck(width: 768, reductionFactor: 59) == 13)
    #expect(BottleneckFields.bottleneck(width: 16, reductionFactor: 32) == 1)
    #expect(BottleneckFields.bottleneck(width: 16, reductionFactor: 0.5) == 32)
  }

  @Test func activationsHaveTheLibrarysNames() {
    let names = Activation.allCases.map { BottleneckFields.name(of: $0) }
    #expect(names == ["gelu", "gelu_new", "relu", "tanh", "swish", "linear"])
  }

  /// Which norm and residual each wiring has: Houlsby, Pfeiffer, parallel.
  @Test(arguments: [
    (CanonicalForm.Bottleneck.Wiring.branchOutput, false, false),
    (.closedBranch, true, false), (.branchInput, false, true),
  ])
  func wiringsAreTheLibrarysFlags(
    wiring: CanonicalForm.Bottleneck.Wiring, before: Bool, parallel: Bool
  ) throws {
    let fields = BottleneckFields.fields(of: wiring)
    #expect(fields == ["original_ln_before": .flag(before), "is_parallel": .flag(parallel)])
    #expect(BottleneckFields.template["original_ln_after"] == .flag(true))
    #expect(BottleneckFields.template["residual_before_ln"] == .flag(true))
    let read = AdapterHubConfiguration(fields: fields, file: "")
    #expect(try BottleneckFields.wiring(read) == wiring)
  }

  @Test func realNumbersKeepTheirPoint() throws {
    let value = ConfigValue.map([
      "a": .number(4), "b": .number(0), "c": .integer(4), "d": .number(1e-5), "e": .null,
      "f": .list([.integer(1), .text("\"é\n")]), "g": .list([]), "h": .map([:]),
      "i": .number(2.4615384615384617), "j": .flag(true), "k": .number(1e300),
    ])
    let text = value.json
    #expect(text.contains("\"a\": 4.0,"))
    #expect(text.contains("\"b\": 0.0,"))
    #expect(text.contains("\"c\": 4,"))
    try TinySubject.withFolder { folder in
      let path = folder.appending(path: "a.json").path
      try AtomicFile.write(text, to: path)
      #expect(try ConfigValue(contentsOf: path) == value)
      let other = try JSONDecoder().decode([String: ConfigValue].self, from: Data(text.utf8))
      #expect(other["i"] == .number(2.4615384615384617))
    }
  }

  @Test func aFileThatIsNotJSONIsNamed() throws {
    try TinySubject.withFolder { folder in
      let path = folder.appending(path: "a.json").path
      try AtomicFile.write("{", to: path)
      let error = #expect(throws: ExportError.self) { try ConfigValue(contentsOf: path) }
      #expect(error?.description.hasPrefix("\(path): it is not JSON: line 1") == true)
    }
  }

  /// Ranks 2 and 4 with scales 2 and 3, other maps by layer: one rank, zeros, scales inside B.
  @Test func ranksAndScalesThatDifferAreFilledUp() throws {
    let subject = try TinySubject.make(
      [
        LayerGroup(layers: 1, methods: [AdapterHubCase.lora(2, ratio: 2, ["query"])]),
        LayerGroup(layers: 1, methods: [AdapterHubCase.lora(4, ratio: 3, ["key", "ffn-out"])]),
      ], head: .pooler)
    try TinySubject.withFolder { folder in
      let output = folder.appending(path: "export").path
      try Export.write(subject, format: AdapterHub.name, to: output)
      let config = try ConfigValue(contentsOf: "\(output)/\(AdapterHub.configFile)")["config"]
      #expect(config?["r"] == .integer(4))
      #expect(config?["alpha"] == .integer(4))
      #expect(config?["attn_matrices"] == .texts(["q", "k"]))
      #expect(config?["output_lora"] == .flag(true))
      let tensors = Dictionary(
        uniqueKeysWithValues: try TorchArchiveReader.tensors(
          of: "\(output)/\(AdapterHub.tensorFile)"
        ).map { ($0.name, $0) })
      #expect(tensors.count == 12)
      func values(_ name: String) throws -> [Float] {
        let tensor = try #require(tensors["bert.encoder.layer.\(name)"])
        return withExtendedLifetime(tensor.owner) { Array(tensor.values) }
      }
      #expect(try values("1.attention.self.query.loras.autopeft.lora_A").allSatisfy { $0 == 0 })
      #expect(try values("0.output.dense.loras.autopeft.lora_B").allSatisfy { $0 == 0 })
      let a = try values("0.attention.self.query.loras.autopeft.lora_A")
      #expect(a[..<32].allSatisfy { $0 != 0 } && a[32...].allSatisfy { $0 == 0 })
      let b = try values("0.attention.self.query.loras.autopeft.lora_B")
      guard case .lowRank(let pair) = subject.attached.canonicalForms[0].form else {
        Issue.record("the first form is no low-rank pair")
        return
      }
      #expect((0..<16).allSatisfy { b[4 * $0] == 2 * pair.b[2 * $0] && b[4 * $0 + 2] == 0 })
      let difference = try Export.check(
        subject, format: AdapterHub.name, directory: output, batches: [TinySubject.batch])
      #expect(difference <= 2e-5)
    }
  }

  @Test func missingTensorsAndOtherShapesAreErrors() throws {
    try TinySubject.withFolder { folder in
      let path = folder.appending(path: "a.bin").path
      try TorchArchiveWriter.write(
        [NamedTensor(name: "x", shape: [2], values: [1, 2])], to: path)
      let tensors = try UntakenTensors(file: path)
      #expect(throws: ExportError.missingTensor(file: path, name: "y")) {
        try tensors.take("y", [2])
      }
      #expect(throws: ExportError.damaged(file: path, reason: "nothing takes the tensors x")) {
        try tensors.checkAllTaken()
      }
      #expect(
        throws: ExportError.wrongShape(file: path, name: "x", expected: [1, 2], got: [2])
      ) {
        try tensors.take("x", [1, 2])
      }
    }
  }
}
