import Backbones
import Foundation
import LinearAlgebra
import NeuralNets
import PEFTMethods
import SearchSpaces
import TensorCore
import Testing

/// What SMoP promises beyond the laws.
@Suite struct SMoPTests {
  private static let smop = MethodInstance(
    "smop", ["length": .integer(2), "prompts": .integer(3)])

  private func model() throws -> TinyModel {
    let model = try TinyModel(
      PEFTConfiguration((3, []), model: [Self.smop]))
    model.perturb(deviation: 0.5)
    return model
  }

  private func values(_ name: String, of model: TinyModel) throws -> [Float] {
    try #require(model.tensors.first { $0.name == "embeddings.smop.\(name)" }).parameter.array
  }

  private func text(_ sequence: Int) -> PackedBatch {
    let batch = TinyModel.batch
    let range = Int(batch.offsets[sequence])..<Int(batch.offsets[sequence + 1])
    return PackedBatch(sequences: [
      (ids: Array(batch.tokens[range]), types: Array(batch.types[range]))
    ])
  }

  /// The router by its definition: the choice and its share.
  private func route(_ model: TinyModel, _ batch: PackedBatch) throws -> (Int, Double) {
    let words = try #require(
      model.backbone.parameters(layer: nil).first { $0.name == "embeddings.word" }
    ).parameter.array
    let mean = (0..<12).map { column in
      batch.tokens.reduce(0) { $0 + Double(words[Int($1) * 12 + column]) }
        / Double(batch.tokenCount)
    }
    let router = try values("router", of: model)
    let scores = (0..<3).map { row in
      (0..<12).reduce(0) { $0 + Double(router[row * 12 + $1]) * mean[$1] }
    }
    let best = (0..<3).reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
    return (best, exp(scores[best]) / scores.reduce(0) { $0 + exp($1) })
  }

  /// Each text, alone or in the batch, has the rows that the router's definition gives it.
  @Test func everyTextHasThePromptThatItsWordsChoose() throws {
    let model = try model()
    let together = model.logits()
    let prompts = try values("prompts", of: model)
    var choices = Set<Int>()
    for sequence in 0..<3 {
      let (best, share) = try route(model, text(sequence))
      choices.insert(best)
      let plain = try TinyModel(
        PEFTConfiguration(
          (3, []), model: [MethodInstance("prompt-tuning", ["length": .integer(2)])]))
      plain.tensors[0].parameter.assign(
        prompts[best * 24..<(best + 1) * 24].map { Float(share) * $0 })
      let expected = Tape.evaluate { plain.logits(text(sequence), tape: $0).array }
      let alone = Tape.evaluate { model.logits(text(sequence), tape: $0).array }
      expectClose(alone, expected, tolerance: 1e-5)
      expectClose(
        Array(together[3 * sequence..<3 * sequence + 3]), expected, tolerance: 1e-5)
    }
    #expect(choices.count > 1, "texts that all choose alike tell nothing")
  }

  @Test func theRouterStartsWithOrthonormalRows() throws {
    let model = try TinyModel(PEFTConfiguration((3, []), model: [Self.smop]))
    let router = try values("router", of: model)
    for first in 0..<3 {
      for second in 0..<3 {
        let product = (0..<12).reduce(Float(0)) {
          $0 + router[first * 12 + $1] * router[second * 12 + $1]
        }
        #expect(abs(product - (first == second ? 1 : 0)) < 1e-6)
      }
    }
  }

  @Test func noiseOfAStepMovesTheChoiceAndEvaluationHasNone() throws {
    let model = try model()
    let plain = model.logits()
    let drawn = (0..<20).map { model.logits(noise: RandomKey(seed: 3).derived($0)) }
    #expect(drawn.contains { $0 != plain } && Set(drawn).count > 10)
    #expect(model.logits() == plain)
    #expect(model.logits(noise: RandomKey(seed: 3).derived(0)) == drawn[0])
  }

  /// Rows of one text's own stand beside rows that all texts share, in the order of attachment.
  @Test func routedRowsStandBesideSharedOnes() throws {
    let shared = MethodInstance("prompt-tuning", ["length": .integer(3)])
    let both = try TinyModel(PEFTConfiguration((3, []), model: [Self.smop, shared]))
    both.perturb(deviation: 0.5)
    let prompts = try values("prompts", of: both)
    let rows = try #require(both.tensors.first { $0.method == "prompt-tuning" }).parameter.array
    let together = both.logits()
    for sequence in 0..<3 {
      let (best, share) = try route(both, text(sequence))
      let plain = try TinyModel(
        PEFTConfiguration(
          (3, []), model: [MethodInstance("prompt-tuning", ["length": .integer(5)])]))
      plain.tensors[0].parameter.assign(
        rows + prompts[best * 24..<(best + 1) * 24].map { Float(share) * $0 })
      let expected = Tape.evaluate { plain.logits(text(sequence), tape: $0).array }
      expectClose(
        Array(together[3 * sequence..<3 * sequence + 3]), expected, tolerance: 1e-5)
    }
  }
}
