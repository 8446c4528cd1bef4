import Checkpoints
import Exports
import Foundation
import LinearAlgebra
import NeuralNets
import PEFTMethods
import SearchSpaces
import TensorCore
import Testing

@Suite struct PortablePEFTTests {
  private static let small = MethodInstance(
    "lora",
    ["rank": .integer(2), "alpha-ratio": .number(3), "targets": .list(["query", "ffn-in"])])
  private static let large = MethodInstance(
    "lora",
    ["rank": .integer(5), "scaling": .text("rslora"), "targets": .list(["value", "ffn-out"])])

  private static func subject() throws -> ExportSubject {
    try TinySubject.make(
      [LayerGroup(layers: 1, methods: [small]), LayerGroup(layers: 1, methods: [large])],
      head: .pooler)
  }

  /// What vLLM and llama.cpp read: one rank, alpha equal to it, nothing else.
  @Test func theConfigurationHasOneRankAndNoScale() throws {
    try TinySubject.withFolder { folder in
      let output = folder.appending(path: "export").path
      try Export.write(try Self.subject(), format: "hf-peft-portable", to: output)
      let data = try Data(contentsOf: URL(filePath: "\(output)/adapter_config.json"))
      let fields = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      #expect(fields["peft_type"] as? String == "LORA")
      #expect(fields["r"] as? Int == 5)
      #expect(fields["lora_alpha"] as? Double == 5)
      #expect((fields["rank_pattern"] as? [String: Any])?.isEmpty == true)
      #expect((fields["alpha_pattern"] as? [String: Any])?.isEmpty == true)
      #expect(fields["use_rslora"] == nil)
      let card = try String(contentsOfFile: "\(output)/README.md", encoding: .utf8)
      #expect(card.contains("llama.cpp"))
    }
  }

  /// B'A' of every module is s · BA, to the rounding of one product in single precision.
  @Test func everyUpdateStaysWhatItWas() throws {
    let subject = try Self.subject()
    try TinySubject.withFolder { folder in
      let output = folder.appending(path: "export").path
      try Export.write(subject, format: "hf-peft-portable", to: output)
      let reader = try WeightReader(file: "\(output)/adapter_model.safetensors")
      var compared = 0
      for (site, _, form) in subject.attached.canonicalForms {
        guard case .lowRank(let pair) = form,
          let linear = subject.backbone.linear(at: site)
        else { continue }
        let module = "base_model.model.bert.\(linear.weight.path.dropLast(".weight".count))"
        let a = try reader.tensor("\(module).lora_A.weight", shape: [5, pair.inputWidth])
        let b = try reader.tensor("\(module).lora_B.weight", shape: [pair.outputWidth, 5])
        let written = Self.product(Array(b.values), Array(a.values), inner: 5, scale: 1)
        let own = Self.product(pair.b, pair.a, inner: pair.rank, scale: Double(pair.scale))
        let size = own.map(abs).max() ?? 0
        let difference = zip(written, own).map { abs($0 - $1) }.max() ?? .infinity
        #expect(size > 0.01 && difference <= 3e-7 * size, "\(module): \(difference) of \(size)")
        compared += 1
      }
      #expect(compared == 4)
    }
  }

  private static func product(
    _ b: [Float], _ a: [Float], inner: Int, scale: Double
  ) -> [Double] {
    let (rows, columns) = (b.count / inner, a.count / inner)
    return Matrix.product(
      Matrix(rows: rows, columns: inner, values: b.map(Double.init)),
      Matrix(rows: inner, columns: columns, values: a.map(Double.init))
    ).values.map { scale * $0 }
  }

  static let refusals: [(methods: [MethodInstance], reason: String)] = [
    (
      [MethodInstance("dora", [:])],
      "a magnitude (DoRA) is known to PEFT alone; --format hf-peft writes it."
    ),
    (
      [MethodInstance("loha", [:])],
      "programs other than PEFT load LORA alone, and this is LOHA; --format hf-peft writes it."
    ),
    (
      [MethodInstance("bitfit", ["terms": .list(["ffn-norm"])])],
      "programs other than PEFT load LORA alone, and this is LN_TUNING; --format hf-peft writes it."
    ),
    (
      [small, MethodInstance("bitfit", [:])],
      "tuned biases are known to PEFT alone; --format hf-peft writes them."
    ),
  ]

  @Test(arguments: refusals)
  func whatOtherProgramsDoNotLoadIsRefused(
    row: (methods: [MethodInstance], reason: String)
  ) throws {
    let subject = try TinySubject.make(
      [LayerGroup(layers: 2, methods: row.methods)], head: .pooler)
    #expect(PortablePEFT().refusal(of: subject) == row.reason)
  }
}
