import Checkpoints
import LinearAlgebra
import NeuralNets
import SearchSpaces
import TensorCore
import TestSupport
import Testing

@testable import PEFTMethods

/// SAM: which entries train, and that nothing else does.
@Suite struct SparseSelectionTests {
  private static func sam(
    _ comparison: String = "all", _ statistic: String = "sum", batches: Int = 3
  ) -> MethodInstance {
    MethodInstance(
      "sam",
      [
        "rank-equivalent": .integer(1), "targets": .list(["query", "ffn-in"]),
        "comparison": .text(comparison), "statistic": .text(statistic),
        "batches": .integer(batches),
      ])
  }

  private static let besides: [[MethodInstance]] = [
    [], [MethodInstance("lora", ["rank": .integer(2)])],
    [MethodInstance("prefix", ["length": .integer(2), "mlp-width": .integer(0)])],
  ]

  @Test(arguments: besides)
  func nothingButTheEntriesMoves(_ others: [MethodInstance]) throws {
    let model = try PreparedModel([Self.sam()] + others)
    let before = try model.prepareWithoutEffect(total: 10)
    model.train(steps: 0..<4, of: 10)
    // Three layers of 1 · (12 + 12) and 1 · (12 + 20) entries.
    let forms = model.attached.canonicalForms.compactMap { form -> Int? in
      guard case .sparse(let delta) = form.form else { return nil }
      #expect(delta.values.allSatisfy { $0 != 0 })
      return delta.values.count
    }
    #expect(forms.reduce(0, +) == 3 * (24 + 32))
    #expect(Set(forms).count > 2)
    let merged = try PreparedModel([Self.sam()])
    try merged.attached.load(
      model.attached.state(.training).filter { $0.name.contains(".sam.") })
    let changed = try merged.attached.mergedTensors().reduce(0) { sum, tensor in
      sum + zip(tensor.values, before[tensor.host.parameter.path] ?? []).filter(!=).count
    }
    // An update of less than half a unit in the last place of its weight would not show.
    #expect(changed <= 3 * (24 + 32) && changed > 3 * (24 + 32) - 4)
  }

  @Test func aStoppedPassLeavesNoTraceAndTheChoiceIsDeterministic() throws {
    let first = try PreparedModel([Self.sam()])
    try first.prepare(total: 10)
    let second = try PreparedModel([Self.sam()])
    let drawn = second.attached.state(.training)
    try second.prepare(total: 10, upTo: 2)
    try second.hook.cancelPreparation()
    #expect(second.attached.state(.training) == drawn)
    #expect(second.model.backbone.parameters.allSatisfy { !$0.parameter.hasGradient })
    try second.prepare(total: 10)
    #expect(second.attached.state(.training) == first.attached.state(.training))
    #expect(second.attached.state(.training) != drawn)
    let third = try PreparedModel([Self.sam()], key: RandomKey(seed: 99))
    try third.hook.restore(first.hook.state.map(\.values))
    #expect(try third.hook.isPrepared)
    #expect(third.attached.state(.training) == first.attached.state(.training))
  }

  @Test func noMoreBatchesThanStepsAreTaken() throws {
    let hook = try PreparedModel([Self.sam(batches: 50)]).hook
    #expect(hook.batchCount(total: 7) == 7)
    #expect(hook.batchCount(total: 70) == 50)
  }

  /// With all entries, training the sparse values equals training the weights themselves.
  @Test func allEntriesAreTheWholeMap() throws {
    var instance = Self.sam()
    instance.parameters["rank-equivalent"] = .integer(100)
    let sparse = try PreparedModel([instance])
    try sparse.prepare(total: 10)
    sparse.train(steps: 0..<4, of: 4)
    let plain = TinyModel()
    var weights: [Parameter] = []
    for layer in 0..<3 {
      for name in ["query.weight", "feed-forward-in.weight"] {
        weights.append(try plain.backbone.parameter(name, layer: layer, for: "test").parameter)
      }
    }
    for weight in weights { weight.makeTrainable() }
    let optimizer = AdamW([
      ParameterGroup(
        parameters: weights.map { NamedParameter(name: $0.path, parameter: $0) },
        learningRate: 0.01)
    ])
    for _ in 0..<4 {
      Gradients.zero(weights)
      let tape = Tape(recording: true)
      tape.backward(
        from: tape.crossEntropy(
          plain.logits(TinyModel.batch, tape: tape), labels: TinyModel.labels))
      optimizer.step(factor: 1)
    }
    #expect(plain.logits() != TinyModel().logits())
    expectClose(sparse.model.logits(), plain.logits(), tolerance: 2e-5)
  }

  /// Three batches beside PyTorch: the same entries of the largest sums.
  @Test(arguments: [("all", "sum"), ("all", "squares"), ("map", "sum")])
  func theChoiceEqualsPyTorch(comparison: String, statistic: String) throws {
    let model = try ParityModel(
      ParityTests.Fixture("sam-selection", Self.sam(comparison, statistic)))
    let hook = try #require(model.attached.hooks.first as? any PreparatoryHook)
    hook.beginPreparation()
    for batch in 0..<3 {
      let tape = Tape(recording: true)
      let logits = model.logits(model.batches[batch % 2], tape: tape)
      tape.backward(from: tape.crossEntropy(logits, labels: model.labels[batch % 2]))
      hook.afterBackward()
    }
    hook.endPreparation()
    let positions = try #require(model.attached.tensors.first { $0.kind == .positions })
    #expect(positions.parameter.array == (try model.expected("\(comparison).\(statistic)")))
  }
}
