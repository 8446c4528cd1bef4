import Foundation
import LinearAlgebra
import NeuralNets
import SearchSpaces
import TensorCore
import Testing

@testable import PEFTMethods

/// The methods that find their ranks while they train.
@Suite struct RankScheduleTests {
  private static func adalora(_ changes: [String: ParameterValue] = [:]) -> MethodInstance {
    MethodInstance(
      "adalora",
      [
        "targets": .list(["query", "value"]), "rank": .integer(2), "spare-ranks": .integer(2),
        "warmup": .number(0.2), "final": .number(0.3), "interval": .integer(2),
      ].merging(changes) { $1 })
  }

  /// Trains for some steps with every hook.
  private func train(_ model: TinyModel, steps: Range<Int>, of total: Int) throws {
    let attached = try #require(model.attached)
    let optimizer = AdamW(attached.parameterGroups(learningRate: 0.01, weightDecay: 0))
    for index in steps {
      let step = TrainingStep(index: index, total: total)
      for tensor in model.tensors { tensor.parameter.zeroGradient() }
      let tape = Tape(recording: true)
      tape.noise = RandomKey(seed: 6).derived(index)
      let loss = tape.crossEntropy(
        model.logits(TinyModel.batch, tape: tape), labels: TinyModel.labels)
      tape.backward(from: attached.hooks.penalised(loss, step, tape: tape))
      optimizer.step(factor: 1)
      for hook in attached.hooks { hook.afterStep(step) }
    }
  }

  private func openGates(_ model: TinyModel, _ suffix: String) -> [Int] {
    model.tensors.filter { $0.name.hasSuffix(suffix) }
      .map { $0.parameter.array.filter { $0 != 0 }.count }
  }

  @Test func theBudgetFallsAsACube() {
    let schedule = RankAllocator.Schedule(
      initialRank: 4, targetRank: 2, warmup: 0.2, final: 0.3, interval: 2)
    let budgets = (0..<10).map { schedule.budget(step: $0, total: 10, maps: 6) }
    // 12 + 12 (1 − (t − 2)/5)³ between steps 2 and 7.
    #expect(budgets == [24, 24, 24, 18, 14, 12, 12, 12, 12, 12])
    #expect((0..<10).filter { schedule.prunes(step: $0, total: 10) } == [4, 6, 7])
  }

  @Test func adaloraMeetsItsBudgetAndKeepsThePattern() throws {
    let model = try TinyModel(PEFTConfiguration((3, [Self.adalora()])))
    model.perturb()
    try train(model, steps: 0..<4, of: 10)
    #expect(openGates(model, "adalora_E").reduce(0, +) == 24)
    try train(model, steps: 4..<8, of: 10)
    let fixed = openGates(model, "adalora_E")
    #expect(fixed.reduce(0, +) == 12)
    try train(model, steps: 8..<10, of: 10)
    #expect(openGates(model, "adalora_E") == fixed)
    // Its canonical form holds the ranks that are left and no others.
    let ranks = try #require(model.attached).canonicalForms.map { form -> Int in
      guard case .lowRank(let pair) = form.form else { return -1 }
      return pair.rank
    }
    #expect(ranks == fixed)
  }

  @Test func adaloraWithoutSpareRanksNeverPrunes() throws {
    let model = try TinyModel(
      PEFTConfiguration((3, [Self.adalora(["spare-ranks": .integer(0)])])))
    model.perturb()
    try train(model, steps: 0..<10, of: 10)
    #expect(openGates(model, "adalora_E").allSatisfy { $0 == 2 })
  }

  /// A training that is stopped and resumed prunes as one that was not.
  @Test func theAllocatorResumesFromItsState() throws {
    let configuration = PEFTConfiguration((3, [Self.adalora()]))
    let whole = try TinyModel(configuration)
    try train(whole, steps: 0..<5, of: 10)
    let resumed = try TinyModel(configuration)
    let (from, to) = (try #require(whole.attached), try #require(resumed.attached))
    try to.load(from.state(.training))
    for (source, target) in zip(from.hooks, to.hooks) {
      target.restore(source.state.map(\.values))
      #expect(target.state.map(\.name) == source.state.map(\.name))
    }
    try train(whole, steps: 5..<10, of: 10)
    try train(resumed, steps: 5..<10, of: 10)
    #expect(to.state(.training) == from.state(.training))
  }

  @Test func proximalStepsCloseGatesExactly() throws {
    let instance = MethodInstance(
      "sora",
      ["targets": .list(["query"]), "rank": .integer(4), "threshold": .number(0.15)])
    let model = try TinyModel(PEFTConfiguration((3, [instance])))
    let before = openGates(model, "sora_gate")
    try train(model, steps: 0..<6, of: 6)
    let after = openGates(model, "sora_gate")
    #expect(before == [4, 4, 4])
    #expect(after.reduce(0, +) < 12 && after.reduce(0, +) > 0)
  }

  /// A step of rank b computes what the pair cut after b ranks does, with the scale α/b.
  @Test func aDrawnRankIsTheCutPair() throws {
    let settings: [String: ParameterValue] = ["rank": .integer(4), "alpha-ratio": .number(2)]
    let nested = try TinyModel(PEFTConfiguration((3, [MethodInstance("dylora", settings)])))
    nested.perturb()
    var seen: Set<Int> = []
    for seed in 0..<12 {
      let noise = RandomKey(seed: UInt64(seed))
      var random = CounterRandom(noise.derived("dylora-rank"))
      let rank = 1 + random.integer(below: 4)
      seen.insert(rank)
      let cut = try TinyModel(
        PEFTConfiguration(
          (
            3,
            [
              MethodInstance(
                "lora", ["rank": .integer(rank), "alpha-ratio": .number(8 / Double(rank))])
            ]
          )))
      for tensor in cut.tensors {
        let name = tensor.name.replacingOccurrences(of: "lora_", with: "dylora_")
        let source = try #require(nested.tensors.first { $0.name == name }).parameter
        let values = source.array
        if tensor.name.hasSuffix("lora_A") {
          tensor.parameter.assign(Array(values.prefix(tensor.parameter.count)))
        } else {
          let columns = (0..<12).flatMap { (row: Int) in values[row * 4..<row * 4 + rank] }
          tensor.parameter.assign(columns)
        }
      }
      expectClose(nested.logits(noise: noise), cut.logits(), tolerance: 1e-5)
    }
    #expect(seen == [1, 2, 3, 4])
  }
}
