import LinearAlgebra
import NeuralNets
import SearchSpaces
import TensorCore
import Testing

@testable import PEFTMethods

/// Diff pruning: the budget is met, places are fixed after the cut, gates are as they should be.
@Suite struct DiffPruningTests {
  private static func diff(_ groups: String = "none") -> MethodInstance {
    MethodInstance(
      "diff-pruning",
      [
        "rank-equivalent": .integer(1), "targets": .list(["query", "ffn-in"]),
        "groups": .text(groups), "gate-steps": .integer(60), "l0": .number(1e-3),
      ])
  }

  /// Three layers of 1 · (12 + 12) and 1 · (12 + 20) entries.
  private static let budget = 3 * (24 + 32)

  private func forms(_ model: PreparedModel) -> [CanonicalForm.SparseDelta] {
    model.attached.canonicalForms.compactMap { form in
      guard case .sparse(let delta) = form.form else { return nil }
      return delta
    }
  }

  private func places(_ model: PreparedModel) -> [[Int32]] {
    forms(model).flatMap { [$0.rows, $0.columns] }
  }

  private static let besides: [[MethodInstance]] = [
    [], [MethodInstance("lora", ["rank": .integer(2)])],
    [MethodInstance("prefix", ["length": .integer(2), "mlp-width": .integer(0)])],
  ]

  @Test(arguments: ["none", "map", "row"], besides)
  func theBudgetIsMetAndPlacesStay(_ groups: String, _ others: [MethodInstance]) throws {
    let model = try PreparedModel([Self.diff(groups)] + others)
    model.train(steps: 0..<5, of: 10)
    // An evaluation is within the budget at any time.
    #expect(forms(model).reduce(0) { $0 + $1.values.count } == Self.budget)
    model.train(steps: 5..<6, of: 10)
    let cut = places(model)
    let values = forms(model).map(\.values)
    #expect(Set(forms(model).map(\.values.count)).count > 2)
    model.train(steps: 6..<10, of: 10)
    #expect(places(model) == cut)
    #expect(forms(model).map(\.values) != values)
    let dense = model.model.tensors.filter { $0.name.hasSuffix("diff-pruning_gates") }
    #expect(
      dense.reduce(0) { $0 + $1.parameter.array.filter { $0 > 0 }.count } == Self.budget)
    #expect(dense.allSatisfy { $0.parameter.array.allSatisfy { abs($0) == 30 } })
  }

  /// What the gated training computes after the cut is what is deployed, whatever is drawn.
  @Test func trainingAndEvaluationAgreeAfterTheCut() throws {
    let model = try PreparedModel([Self.diff("row")])
    model.train(steps: 0..<10, of: 10)
    let tape = Tape(recording: true)
    tape.noise = RandomKey(seed: 42)
    let logits = model.model.logits(TinyModel.batch, tape: tape).array
    expectClose(logits, model.model.logits(), tolerance: 1e-5)
  }

  @Test func drawsAreOfTheStepAndTrainingsAreEqual() throws {
    let first = try PreparedModel([Self.diff()])
    let second = try PreparedModel([Self.diff()])
    first.train(steps: 0..<4, of: 10)
    second.train(steps: 0..<4, of: 10)
    #expect(first.attached.state(.training) == second.attached.state(.training))
    func logits(_ seed: UInt64) -> [Float] {
      let tape = Tape(recording: true)
      tape.noise = RandomKey(seed: seed)
      return first.model.logits(TinyModel.batch, tape: tape).array
    }
    #expect(logits(1) == logits(1))
    #expect(logits(1) != logits(2))
  }

  /// The penalty is λ · Σ σ(α), and it closes gates.
  @Test func thePenaltyIsTheExpectedNumberOfOpenGates() throws {
    let model = try PreparedModel([Self.diff("map")])
    let gates = model.model.tensors.filter {
      $0.name.hasSuffix("_gates") || $0.name.hasSuffix("_groups")
    }
    // Three layers of 144 and 240 entries, and of two maps.
    #expect(gates.reduce(0) { $0 + $1.parameter.count } == 3 * (144 + 240 + 2))
    let tape = Tape(recording: true)
    let hook = try #require(model.attached.hooks.first)
    let penalty = try #require(hook.penalty(TrainingStep(index: 0, total: 10), tape: tape))
    #expect(abs(penalty.scalar - 1e-3 * 3 * 386 * 0.993307) < 1e-4)
    tape.backward(from: penalty)
    #expect(gates.allSatisfy { $0.parameter.gradientArray.allSatisfy { $0 > 0 } })
  }

  /// With open gates and room for every entry, it is the training of a dense update.
  @Test func openGatesPassTheWholeUpdate() throws {
    let model = try PreparedModel([Self.diff("row")])
    for tensor in model.model.tensors {
      var random = CounterRandom(RandomKey(seed: 1).derived(tensor.name))
      let isUpdate = tensor.name.hasSuffix("_delta")
      tensor.parameter.assign(
        (0..<tensor.parameter.count).map { _ in isUpdate ? Float(random.normal()) : 30 })
    }
    for placed in model.attached.adapters {
      let adapter = try #require(placed.adapter as? GatedDelta)
      Tape.evaluate { tape in
        tape.noise = RandomKey(seed: 3)
        #expect(adapter.gated(tape: tape).array == adapter.delta.array)
      }
    }
  }

  @Test func randomEntriesAreWhatIsLeft() throws {
    let instance = try MethodRegistry.method(Self.diff("row")).deployed
    #expect(instance.parameters["gate-steps"] == .integer(0))
    #expect(instance.parameters["groups"] == .text("none"))
    let model = try PreparedModel([instance])
    #expect(model.attached.actualCounts.trained == Self.budget)
    #expect(model.attached.hooks.isEmpty)
  }
}
