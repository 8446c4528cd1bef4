import LinearAlgebra
import NeuralNets
import SearchSpaces
import TensorCore
import Testing

@testable import PEFTMethods

/// SPT: the budget is met exactly, pairs stand where gradients are dense.
@Suite struct SensitivityTests {
  private static func spt(_ factor: Double = 8, budget: Int = 1) -> MethodInstance {
    MethodInstance(
      "spt",
      [
        "rank-equivalent": .integer(budget), "targets": .list(["query", "ffn-in"]),
        "rank": .integer(2), "density-factor": .number(factor), "batches": .integer(3),
      ])
  }

  private static let besides: [[MethodInstance]] = [
    [], [MethodInstance("lora", ["rank": .integer(2)])],
    [MethodInstance("prefix", ["length": .integer(2), "mlp-width": .integer(0)])],
  ]

  /// A map with many large entries is dense; the single entries are the largest of the others.
  @Test func sensitiveMapsAreDense() {
    // Map 0 is sensitive everywhere, map 1 at two places, map 2 nearly nowhere.
    let sensitivities: [[Float]] = [
      [Float](repeating: 10, count: 16), [0, 9, 0, 0, 8, 0, 0, 0.2],
      (0..<16).map { Float($0) / 100 },
    ]
    let allocation = SensitivityAllocation(
      budget: 12, sensitivities: sensitivities, densities: [8, 6, 8], factor: 2)
    #expect(allocation.isDense == [true, false, false])
    // Four numbers are left of the budget.
    #expect(allocation.entries == [[], [1, 4, 7], [15]])
  }

  @Test func aBudgetBeyondOtherMapsGoesToDenseOnes() {
    let allocation = SensitivityAllocation(
      budget: 7, sensitivities: [[1, 2, 3, 4], [5, 6, 7, 8]], densities: [3, 3], factor: 3)
    #expect(allocation.isDense == [true, true])
    #expect(allocation.entries == [[], [3]])
  }

  @Test(arguments: besides)
  func theBudgetIsMetAndNothingElseMoves(_ others: [MethodInstance]) throws {
    let model = try PreparedModel([Self.spt()] + others)
    // B and the single values start at 0.
    _ = try model.prepareWithoutEffect(total: 10)
    let selection = try #require(model.attached.hooks.first as? SensitivitySelection)
    let layout = selection.layout
    #expect(layout.denseCount + layout.sparse.count == 3 * (24 + 32))
    #expect(layout.factors.contains { $0 != nil } && layout.factors.contains { $0 == nil })
    let first = selection.values.array
    model.train(steps: 0..<4, of: 10)
    #expect(zip(selection.values.array, first).allSatisfy(!=))
    // Adapted and merged agree with pairs and entries in one model.
    let plain = TinyModel()
    if model.attached.isMergeable {
      try model.attached.merge(into: plain.backbone)
      expectClose(plain.logits(), model.model.logits(), tolerance: 1e-5)
    }
    let loaded = try PreparedModel([Self.spt()] + others, key: RandomKey(seed: 77))
    try loaded.attached.load(model.attached.state(.training))
    #expect(loaded.model.logits() == model.model.logits())
  }

  @Test func theChoiceIsDeterministicAndTravelsInTheState() throws {
    let first = try PreparedModel([Self.spt()])
    try first.prepare(total: 10)
    let second = try PreparedModel([Self.spt()])
    let drawn = second.attached.state(.training)
    try second.prepare(total: 10, upTo: 2)
    try second.hook.cancelPreparation()
    #expect(second.attached.state(.training) == drawn)
    try second.prepare(total: 10)
    #expect(second.attached.state(.training) == first.attached.state(.training))
    let third = try PreparedModel([Self.spt()], key: RandomKey(seed: 99))
    try third.hook.restore(first.hook.state.map(\.values))
    #expect(try third.hook.isPrepared)
    #expect(
      third.attached.state(.training).filter(\.holdsPositions)
        == first.attached.state(.training).filter(\.holdsPositions))
  }

  /// Three batches beside PyTorch, where the allocation is found by trying every number of entries.
  @Test func theAllocationEqualsPyTorch() throws {
    let model = try ParityModel(ParityTests.Fixture("spt-selection", Self.spt()))
    let hook = try #require(model.attached.hooks.first as? any PreparatoryHook)
    hook.beginPreparation()
    for batch in 0..<3 {
      let tape = Tape(recording: true)
      let logits = model.logits(model.batches[batch % 2], tape: tape)
      tape.backward(from: tape.crossEntropy(logits, labels: model.labels[batch % 2]))
      hook.afterBackward()
    }
    hook.endPreparation()
    for (tensor, name) in zip(
      model.attached.tensors.filter { $0.kind == .positions }, ["positions", "dense"])
    {
      #expect(tensor.parameter.array == (try model.expected(name)), "\(name)")
    }
  }
}
