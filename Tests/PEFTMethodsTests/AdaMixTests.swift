import Foundation
import LinearAlgebra
import NeuralNets
import PEFTMethods
import SearchSpaces
import TensorCore
import Testing

/// What AdaMix promises beyond the laws.
@Suite struct AdaMixTests {
  private static let mixed = instance(down: 3, up: 2)

  private static func instance(
    down: Int, up: Int, consistency: Bool = true
  ) -> MethodInstance {
    MethodInstance(
      "adamix",
      [
        "bottleneck": .integer(4), "down-copies": .integer(down), "up-copies": .integer(up),
        "consistency": .flag(consistency),
      ])
  }

  private func model(_ instance: MethodInstance = mixed) throws -> TinyModel {
    let model = try TinyModel(PEFTConfiguration((3, [instance])))
    model.perturb()
    return model
  }

  private func noise(_ step: Int) -> RandomKey { RandomKey(seed: 4).derived(step) }

  /// The single adapter with chosen copies, or with the means for nil.
  private func single(_ model: TinyModel, down: Int?, up: Int?) throws -> TinyModel {
    let plain = try TinyModel(PEFTConfiguration((3, [Self.instance(down: 1, up: 1)])))
    let copies = Dictionary(
      uniqueKeysWithValues: model.tensors.map { ($0.name, $0.parameter.array) })
    for tensor in plain.tensors {
      let part = tensor.name.contains(".down.") ? "down" : "up"
      let name = tensor.name.replacingOccurrences(of: ".\(part).", with: ".\(part).copies.")
      let all = try #require(copies[name], "\(name)")
      let size = tensor.parameter.count
      let count = all.count / size
      tensor.parameter.assign(
        (0..<size).map { element in
          if let chosen = part == "down" ? down : up { return all[chosen * size + element] }
          return (0..<count).reduce(0) { $0 + all[$1 * size + element] } / Float(count)
        })
    }
    return plain
  }

  @Test func evaluationHasTheMeansOfTheWeights() throws {
    let model = try model()
    let averaged = model.logits()
    expectClose(averaged, try single(model, down: nil, up: nil).logits(), tolerance: 1e-5)
    // The mean of the outputs is another model.
    let outputs = try (0..<3).flatMap { (down: Int) -> [[Float]] in
      try (0..<2).map { try single(model, down: down, up: $0).logits() }
    }
    let mean = averaged.indices.map { index in outputs.reduce(0) { $0 + $1[index] } / 6 }
    #expect(zip(mean, averaged).contains { abs($0 - $1) > 1e-3 })
  }

  /// Every layer draws both numbers for itself, for the whole batch, from the step's noise alone.
  @Test func aStepDrawsOneCopyOfEachMap() throws {
    let configuration = PEFTConfiguration((2, []), (1, [Self.mixed]))
    let model = try TinyModel(configuration)
    model.perturb()
    var choices: [[Float]] = []
    for down in 0..<3 {
      for up in 0..<2 {
        choices.append(try logits(model, configuration, down: down, up: up))
      }
    }
    var seen = Set<Int>()
    for step in 0..<60 {
      let drawn = model.logits(noise: noise(step))
      #expect(model.logits(noise: noise(step)) == drawn)
      let found = choices.firstIndex { zip($0, drawn).allSatisfy { abs($0 - $1) < 1e-5 } }
      seen.insert(try #require(found, "step \(step) mixes copies"))
    }
    #expect(seen.count == 6)
  }

  /// The logits where all copies are equal to one of them.
  private func logits(
    _ model: TinyModel, _ configuration: PEFTConfiguration, down: Int, up: Int
  ) throws -> [Float] {
    let chosen = try TinyModel(configuration)
    for (tensor, source) in zip(chosen.tensors, model.tensors) {
      let all = source.parameter.array
      let (count, copy) = tensor.name.contains(".down.") ? (3, down) : (2, up)
      let one = Array(all[copy * all.count / count..<(copy + 1) * all.count / count])
      tensor.parameter.assign((0..<count).flatMap { _ in one })
    }
    return chosen.logits()
  }

  @Test func equalCopiesMakeDrawsAndTheSecondPassIdle() throws {
    let model = try model()
    for tensor in model.tensors {
      let all = tensor.parameter.array
      let count = tensor.name.contains(".down.") ? 3 : 2
      let one = Array(all[..<(all.count / count)])
      tensor.parameter.assign((0..<count).flatMap { _ in one })
    }
    expectClose(model.logits(noise: noise(1)), model.logits(), tolerance: 1e-5)
    let (loss, objective, _, _) = try objective(model)
    #expect(abs(objective - loss) < 1e-6)
  }

  /// The loss of the first pass, the objective, and both passes' logits.
  private func objective(
    _ model: TinyModel, targets: Targets = .classes(TinyModel.labels)
  ) throws -> (loss: Double, objective: Double, first: [Float], second: [Float]) {
    let hooks = try #require(model.attached).hooks
    return Tape.evaluate { tape in
      tape.noise = noise(2)
      let first = model.logits(TinyModel.batch, tape: tape)
      let loss = Targets.classes(TinyModel.labels).loss(first, tape: tape)
      var second: [Float] = []
      let objective = hooks.objective(
        loss, logits: first, targets: targets, TrainingStep(index: 0, total: 1), tape: tape
      ) {
        let logits = model.logits(TinyModel.batch, tape: tape)
        second = logits.array
        return logits
      }
      #expect(tape.noise == noise(2))
      return (Double(loss.scalar), Double(objective.scalar), first.array, second)
    }
  }

  @Test func theObjectiveAddsTheSymmetricDivergenceOfTwoPasses() throws {
    let (loss, objective, first, second) = try objective(try model())
    #expect(first != second, "the second pass has draws of its own")
    func probabilities(_ logits: [Float]) -> [Double] {
      stride(from: 0, to: 9, by: 3).flatMap { start -> [Double] in
        let powers = logits[start..<start + 3].map { exp(Double($0)) }
        return powers.map { $0 / powers.reduce(0, +) }
      }
    }
    let (p, q) = (probabilities(first), probabilities(second))
    let divergence = zip(p, q).reduce(0) { $0 + ($1.0 - $1.1) * log($1.0 / $1.1) } / 3
    #expect(divergence > 1e-3)
    #expect(abs(objective - loss - divergence / 2) < 1e-5)
  }

  @Test func aRegressionAndAnInconsistentTrainingHaveOnePass() throws {
    let regression = try objective(try model(), targets: .values([0, 1, 2]))
    #expect(regression.second.isEmpty && regression.objective == regression.loss)
    let plain = try model(Self.instance(down: 3, up: 2, consistency: false))
    #expect(try #require(plain.attached).hooks.isEmpty)
  }

  /// A second pass keeps its own activations; schema and hook tell the same.
  @Test(arguments: [true, false])
  func passesAreCounted(consistency: Bool) throws {
    let schemas = Dictionary(
      uniqueKeysWithValues: MethodRegistry.schemas.map { ($0.name, $0) })
    func costs(_ instance: MethodInstance) -> TrialCosts {
      TrialCosts(of: PEFTConfiguration((3, [instance])), on: TinyModel.shape, schemas: schemas)
    }
    let instance = Self.instance(down: 1, up: 1, consistency: consistency)
    let adapter = costs(
      MethodInstance(
        "adapter", ["bottleneck": .integer(4), "placement": .text("houlsby-feed-forward")]))
    let passes = consistency ? 2 : 1
    #expect(costs(instance).activationBytes == passes * adapter.activationBytes)
    #expect(costs(instance).flopsPerToken == adapter.flopsPerToken)
    #expect(schemas["adamix"]?.passes(instance) == passes)
    let hooks = try #require(try model(instance).attached).hooks
    #expect(hooks.runSecondPass(.classes([0])) == consistency)
  }
}
