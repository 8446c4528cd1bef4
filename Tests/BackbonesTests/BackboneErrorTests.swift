import NeuralNets
import Testing

@testable import Backbones

@Suite struct BackboneErrorTests {
  struct Row: Sendable {
    let id: String
    let error: BackboneError
    let sentence: String
  }

  static let rows = [
    Row(
      id: "model type", error: .unknownModelType("gpt2", known: ["bert"]),
      sentence: "config.json: model_type 'gpt2' is not supported. Supported: bert."),
    Row(
      id: "activation", error: .unsupportedActivation("mish", known: ["relu", "gelu"]),
      sentence: "config.json: hidden_act 'mish' is not supported. Supported: gelu, relu."),
    Row(
      id: "length", error: .tooLong(length: 13, positions: 12, sequence: 1),
      sentence: "sequence 1 has 13 tokens, but the backbone has only 12 positions "
        + "for a text. Truncate the text to 12 tokens."),
    Row(
      id: "token", error: .tokenOutOfRange(token: 50, vocabulary: 50, sequence: 0),
      sentence: "sequence 0 holds token 50, but the backbone knows tokens 0 to 49. "
        + "Does the tokenizer belong to this checkpoint?"),
    Row(
      id: "type", error: .typeOutOfRange(type: 2, types: 2, sequence: 0),
      sentence: "sequence 0 holds token type 2, but the backbone knows types 0 to 1. "
        + "Does the tokenizer belong to this checkpoint?"),
  ]

  @Test(arguments: rows)
  func sentences(row: Row) {
    #expect(row.error.description == row.sentence, "\(row.id)")
  }

  @Test func batchesThatDoNotFitAreNamed() throws {
    let bert = try BertSupport.tiny()
    func error(_ ids: [[Int32]], type: Int32 = 0) -> BackboneError? {
      let batch = PackedBatch(
        sequences: ids.map { ($0, [Int32](repeating: type, count: $0.count)) })
      do throws(BackboneError) {
        try bert.check(batch)
        return nil
      } catch { return error }
    }
    let long = [Int32](repeating: 3, count: 13)
    #expect(error([[2, 3], Array(long.dropLast())]) == nil)
    #expect(error([[2, 3], long]) == Self.rows[2].error)
    #expect(error([[2, 50]]) == Self.rows[3].error)
    #expect(error([[2, 3]], type: 2) == Self.rows[4].error)
  }
}
