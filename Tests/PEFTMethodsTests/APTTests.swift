import NeuralNets
import PEFTMethods
import SearchSpaces
import TensorCore
import Testing

/// What APT promises beyond the laws.
@Suite struct APTTests {
  private func model(_ name: String, beside methods: [MethodInstance] = []) throws -> TinyModel {
    try TinyModel(
      PEFTConfiguration((3, methods), model: [MethodInstance(name, ["length": .integer(3)])]))
  }

  /// With W = 0 and λ = 2 both gates together are 1.
  @Test func aStartIsTheOneOfThePlainPrefix() throws {
    let (gated, plain) = (try model("apt"), try model("p-tuning-v2"))
    for tensor in plain.tensors {
      let name = tensor.name.replacing("p-tuning-v2", with: "apt")
      let own = try #require(gated.tensors.first { $0.name == name })
      own.parameter.assign(tensor.parameter.array)
    }
    expectClose(gated.logits(), plain.logits(), tolerance: 1e-6)
  }

  @Test func aSentencesLogitsDoNotDependOnTheOthersOfItsBatch() throws {
    let model = try model("apt", beside: [MethodInstance("lora", ["rank": .integer(2)])])
    model.perturb(deviation: 0.5)
    let together = model.logits()
    let batch = TinyModel.batch
    for sequence in 0..<3 {
      let range = Int(batch.offsets[sequence])..<Int(batch.offsets[sequence + 1])
      let alone = PackedBatch(sequences: [
        (ids: Array(batch.tokens[range]), types: Array(batch.types[range]))
      ])
      let logits = Tape.evaluate { model.logits(alone, tape: $0).array }
      expectClose(logits, Array(together[3 * sequence..<3 * sequence + 3]), tolerance: 1e-5)
    }
  }

  @Test func aSecondPrefixIsRefused() throws {
    let prefix = MethodInstance("prefix", ["mlp-width": .integer(0)])
    #expect(
      throws: MethodError.siteTaken(
        method: "prefix", site: InsertionSite(layer: 0, point: .attention))
    ) { try model("apt", beside: [prefix]) }
  }
}
