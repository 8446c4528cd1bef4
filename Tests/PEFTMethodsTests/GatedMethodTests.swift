import Foundation
import LinearAlgebra
import NeuralNets
import PEFTMethods
import SearchSpaces
import TensorCore
import Testing

/// What methods with a gate for each sequence promise beyond the laws.
@Suite struct GatedMethodTests {
  private static let unipelt = MethodInstance(
    "unipelt",
    [
      "bottleneck": .integer(4), "length": .integer(3), "mlp-width": .integer(0),
      "rank": .integer(2), "activation": .text("gelu"),
    ])
  /// The same parts without gates.
  private static let mixture = [
    MethodInstance("adapter", ["bottleneck": .integer(4), "activation": .text("gelu")]),
    MethodInstance("lora", ["rank": .integer(2)]),
    MethodInstance("prefix", ["length": .integer(3), "mlp-width": .integer(0)]),
  ]

  private func model() throws -> TinyModel {
    let model = try TinyModel(PEFTConfiguration((3, [Self.unipelt])))
    model.perturb()
    return model
  }

  /// Sets all gates of some sites to one value by their biases.
  private func set(_ model: TinyModel, gatesTo bias: Float, where isMeant: (String) -> Bool) {
    for tensor in model.tensors where tensor.name.contains(".gate.") && isMeant(tensor.name) {
      tensor.parameter.assign(
        [Float](repeating: tensor.name.hasSuffix("bias") ? bias : 0, count: tensor.parameter.count))
    }
  }

  /// The mixture of ungated parts with the tensors of the gated ones.
  private func ungated(_ methods: [MethodInstance], from model: TinyModel) throws -> TinyModel {
    let plain = try TinyModel(PEFTConfiguration((3, methods)))
    let values = Dictionary(
      uniqueKeysWithValues: model.tensors.map { ($0.name, $0.parameter.array) })
    for tensor in plain.tensors {
      let name = tensor.name.replacingOccurrences(of: ".adapter.", with: ".unipelt.")
        .replacingOccurrences(of: ".prefix.", with: ".unipelt.")
        .replacingOccurrences(of: ".lora_", with: ".unipelt.lora_")
      tensor.parameter.assign(try #require(values[name], "\(name)"))
    }
    return plain
  }

  @Test func openGatesAreTheMixtureWithoutGates() throws {
    let model = try model()
    set(model, gatesTo: 40) { _ in true }
    expectClose(
      model.logits(), try ungated(Self.mixture, from: model).logits(), tolerance: 1e-5)
  }

  /// A closed prefix is not among them: keys of zero take attention away from the sequence.
  @Test func closedGatesTakeBottleneckAndUpdatesAway() throws {
    let model = try model()
    set(model, gatesTo: 40) { $0.contains(".attention.") }
    set(model, gatesTo: -100) { !$0.contains(".attention.") }
    expectClose(
      model.logits(), try ungated([Self.mixture[2]], from: model).logits(), tolerance: 1e-5)
  }

  @Test func gatesLieBetweenZeroAndOneAndStartNearTheMiddle() throws {
    let model = try TinyModel(PEFTConfiguration((3, [Self.unipelt])))
    let forms = try #require(model.attached).canonicalForms.map(\.form)
    #expect(forms.count == 12)
    var random = CounterRandom(RandomKey(seed: 8))
    for (size, range) in [(Float(1), 0.2...0.8), (Float(1_000), 0.0...1.0)] {
      let states = (0..<14 * 12).map { _ in size * Float(random.normal()) }
      for form in forms {
        guard case .gated(let gate, _) = form else {
          Issue.record("every part of UniPELT has a gate")
          continue
        }
        let gates = gateValues(gate, states, offsets: TinyModel.batch.offsets)
        #expect(gates.count == 3 && gates.allSatisfy { range.contains(Double($0)) })
        #expect(Set(gates).count == 3, "every sequence has a gate of its own")
      }
    }
  }

  private func gateValues(_ gate: SequenceGate, _ states: [Float], offsets: [Int32]) -> [Float] {
    Tape.evaluate { tape in
      tape.withSequences(offsets) {
        gate(tape.constant(states, shape: Shape(14, 12)), tape: tape)
      }.array
    }
  }

  /// In the authors' code a short sentence's gates depend on the padding that a long one brings.
  @Test func aSentencesLogitsDoNotDependOnTheOthersOfItsBatch() throws {
    let model = try model()
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

  /// With padding the logits of a sentence depend on what it is packed with, and on single ones nothing
  /// changes.
  @Test func gatesReadPaddingWhereItIsAskedFor() throws {
    var padded = Self.unipelt
    padded.parameters["padding"] = .flag(true)
    let plain = try TinyModel(PEFTConfiguration((3, [Self.unipelt])))
    let model = try TinyModel(PEFTConfiguration((3, [padded])))
    plain.perturb()
    for (own, other) in zip(model.tensors, plain.tensors) {
      #expect(own.name == other.name)
      own.parameter.assign(other.parameter.array)
    }
    // Three sentences of three logits; the last is the longest, so nothing pads it.
    let (own, other) = (model.logits(), plain.logits())
    expectClose(Array(own[6...]), Array(other[6...]), tolerance: 1e-5)
    for sentence in [0..<3, 3..<6] {
      #expect(zip(own[sentence], other[sentence]).contains { abs($0 - $1) > 1e-4 })
    }
    let alone = PackedBatch(sequences: [(ids: [4, 5], types: [0, 1])])
    let tape = Tape(recording: false)
    let single = model.logits(alone, tape: tape).array
    expectClose(single, plain.logits(alone, tape: tape).array, tolerance: 1e-5)
    expectClose(single, Array(other[3..<6]), tolerance: 1e-5)
  }

  @Test func aLayerHasOnePrefixAndNoSecondOneBehindAGate() throws {
    let taken = MethodError.siteTaken(
      method: "unipelt", site: InsertionSite(layer: 0, point: .attention))
    #expect(throws: taken) {
      try TinyModel(PEFTConfiguration((3, [Self.unipelt, Self.mixture[2]])))
    }
  }

  /// Beside LoRA on the same maps both updates are added.
  @Test func gatedUpdatesStandBesideLoRA() throws {
    let model = try TinyModel(PEFTConfiguration((3, [Self.unipelt, Self.mixture[1]])))
    model.perturb()
    set(model, gatesTo: -100) { $0.contains(".query.") || $0.contains(".value.") }
    let without = model.logits()
    for tensor in model.tensors where tensor.name.hasSuffix("unipelt.lora_B") {
      tensor.parameter.assign([Float](repeating: 0, count: tensor.parameter.count))
    }
    #expect(model.logits() == without)
    for tensor in model.tensors where tensor.name.hasSuffix(".lora_B") {
      tensor.parameter.assign([Float](repeating: 0, count: tensor.parameter.count))
    }
    #expect(model.logits() != without)
  }
}
