import Backbones
import LinearAlgebra
import NeuralNets
import PEFTMethods
import SearchSpaces
import TensorCore
import Testing

/// What prompts promise beyond the laws: their starts, their folding, their place.
@Suite struct PromptTests {
  private func prompted(
    _ name: String, _ parameters: [String: ParameterValue], layers: [MethodInstance] = []
  ) throws -> TinyModel {
    let instance = MethodInstance(
      name, ["length": .integer(4)].merging(parameters) { _, said in said })
    return try TinyModel(PEFTConfiguration((3, layers), model: [instance]))
  }

  private func start(_ name: String, _ length: Int = 4) throws -> [Float] {
    let model = try prompted(
      "prompt-tuning", ["length": .integer(length), "initialisation": .text(name)])
    return try #require(model.tensors.first).parameter.array
  }

  /// Different rows of the word table; a longer prompt begins with a shorter one.
  @Test func vocabularyStartsWithDifferentWords() throws {
    let words = TinyModel().backbone.parameters(layer: nil)[0].parameter.array
    let table = (0..<30).map { Array(words[$0 * 12..<($0 + 1) * 12]) }
    let rows = try start("vocabulary", 12)
    let drawn = try (0..<12).map { row in
      try #require(table.firstIndex(of: Array(rows[row * 12..<(row + 1) * 12])))
    }
    #expect(Set(drawn).count == 12)
    #expect(try Array(rows.prefix(48)) == start("vocabulary"))
  }

  @Test func drawnStartsHaveTheirLaws() throws {
    let uniform = try start("uniform", 12)
    #expect(uniform.allSatisfy { abs($0) <= 0.5 } && uniform.contains { abs($0) > 0.4 })
    let normal = try start("normal", 12)
    let power = normal.reduce(0) { $0 + $1 * $1 } / Float(normal.count)
    #expect(abs(power - 1) < 0.4)
  }

  /// A prompt of words is those words: the logits of the text with the words written before it.
  @Test func aPromptOfWordsIsThoseWords() throws {
    let model = try prompted("prompt-tuning", [:])
    let words = model.backbone.parameters(layer: nil)[0].parameter.array
    let ids: [Int32] = [3, 17, 29, 5]
    let rows = ids.flatMap { Array(words[Int($0) * 12..<(Int($0) + 1) * 12]) }
    try #require(model.tensors.first).parameter.assign(rows)
    let text: (ids: [Int32], types: [Int32]) = ([1, 7, 3, 9, 2], [0, 0, 1, 1, 1])
    let plain = TinyModel()
    let tape = Tape(recording: false)
    withExtendedLifetime((model, plain, tape)) {
      let adapted = model.logits(PackedBatch(sequences: [text]), tape: tape).array
      let written = PackedBatch(sequences: [(ids + text.ids, [0, 0, 0, 0] + text.types)])
      #expect(adapted == plain.logits(written, tape: tape).array)
    }
  }

  @Test(arguments: ["mlp", "lstm"])
  func foldedPromptEqualsItsEncoder(_ encoder: String) throws {
    let model = try prompted(
      "p-tuning", ["encoder": .text(encoder), "encoder-width": .integer(5)])
    model.perturb()
    let attached = try #require(model.attached)
    let adapter = try #require(attached.adapters[0].adapter as? any EmbeddingAdapter)
    let tape = Tape(recording: false)
    let live = withExtendedLifetime(tape) { adapter.rows(tape: tape)?.array }
    guard case .prompt(let prompt) = adapter.canonicalForm else {
      Issue.record("a prompt must have the canonical form of one")
      return
    }
    let rows = try #require(live)
    #expect(prompt == .init(rows: rows, length: 4, origin: .encoded))
    #expect(
      attached.state(.deployed)
        == [AdapterTensor(name: "embeddings.p-tuning.rows", shape: [4, 12], values: rows)])
  }

  /// Every row of an LSTM's prompt depends on every embedding, of an MLP's on its own alone.
  @Test func encodersMixRowsAsTheyShould() throws {
    for (encoder, changes) in [
      ("mlp", [false, true, false, false]), ("lstm", [true, true, true, true]),
    ] {
      let model = try prompted(
        "p-tuning", ["encoder": .text(encoder), "encoder-width": .integer(5)])
      model.perturb()
      let adapter = try #require(model.attached?.adapters[0].adapter as? any EmbeddingAdapter)
      func rows() throws -> [Float] {
        try Tape.evaluate { try #require(adapter.rows(tape: $0)).array }
      }
      let before = try rows()
      let embedding = try #require(model.tensors.first).parameter
      embedding.assign(
        embedding.array.enumerated().map { $0 / 12 == 1 ? $1 + 1 : $1 })
      let after = try rows()
      let changed = (0..<4).map { row in
        before[row * 12..<(row + 1) * 12] != after[row * 12..<(row + 1) * 12]
      }
      #expect(changed == changes, "\(encoder)")
    }
  }

  /// The gradients of a prompt above frozen layers and beside methods of every other kind.
  @Test func promptsGoWithMethodsOfOtherSites() throws {
    let methods = [
      MethodInstance("lora", ["rank": .integer(2)]),
      MethodInstance("prefix", ["length": .integer(2), "mlp-width": .integer(0)]),
      MethodInstance("adapter", ["bottleneck": .integer(3), "activation": .text("gelu")]),
    ]
    let model = try prompted("prompt-tuning", [:], layers: methods)
    model.perturb(deviation: 0.1)
    try expectCentralDifferences(model)
    let names = Set(model.tensors.map { $0.name.split(separator: ".")[0] })
    #expect(names == ["embeddings", "layer"])
  }

  /// Rows of both prompts stand one behind the other, in the order of the methods' names.
  @Test func twoPromptsFollowEachOther() throws {
    let flat = MethodInstance(
      "p-tuning", ["length": .integer(2), "encoder-width": .integer(0)])
    let trained = MethodInstance("prompt-tuning", ["length": .integer(3)])
    let both = try TinyModel(PEFTConfiguration((3, []), model: [trained, flat]))
    #expect(both.backbone.maximumLength == 20 - 5)
    let one = try prompted("prompt-tuning", ["length": .integer(5)])
    let rows = both.tensors.flatMap { $0.parameter.array }
    try #require(one.tensors.first).parameter.assign(rows)
    #expect(both.tensors.map(\.method) == ["p-tuning", "prompt-tuning"])
    #expect(both.logits() == one.logits())
  }

  /// A flat prefix in all layers with the same numbers, before a position table that moved.
  @Test func deepPromptsArePrefixesWithMovedPositions() throws {
    let deep = try prompted("p-tuning-v2", ["length": .integer(3)])
    let prefix = MethodInstance("prefix", ["length": .integer(3), "mlp-width": .integer(0)])
    let flat = try TinyModel(PEFTConfiguration((3, [prefix])))
    for (source, target) in zip(deep.tensors, flat.tensors) {
      target.parameter.assign(source.parameter.array)
    }
    #expect(deep.tensors.count == 6 && flat.logits() != deep.logits())
    let table = try #require(
      flat.backbone.parameters(layer: nil).first { $0.name == "embeddings.position" }
    ).parameter
    table.assign(Array(table.array.dropFirst(3 * 12)) + table.array.prefix(3 * 12))
    #expect(flat.logits() == deep.logits())
  }

  @Test func dropoutOfADeepPromptFollowsTheTapeAlone() throws {
    let model = try prompted("p-tuning-v2", ["length": .integer(3), "dropout": .number(0.5)])
    model.perturb()
    let plain = model.logits()
    #expect(model.logits() == plain)
    #expect(model.logits(noise: RandomKey(seed: 1)) != plain)
    #expect(model.logits(noise: RandomKey(seed: 1)) == model.logits(noise: RandomKey(seed: 1)))
    #expect(try #require(model.attached).adapters[0].adapter.worksRowByRow == false)
  }
}
