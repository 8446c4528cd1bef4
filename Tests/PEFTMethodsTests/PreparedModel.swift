import LinearAlgebra
import NeuralNets
import SearchSpaces
import TensorCore
import Testing

@testable import PEFTMethods

/// Trains a tiny model by hand, with the stages before the first step and all hooks.
struct PreparedModel {
  let model: TinyModel
  let attached: AttachedConfiguration

  init(_ methods: [MethodInstance], key: RandomKey = RandomKey(seed: 5)) throws {
    model = try TinyModel(PEFTConfiguration((3, methods)), key: key)
    attached = try #require(model.attached)
  }

  /// The one hook with a stage.
  var hook: any PreparatoryHook {
    get throws {
      try #require(attached.hooks.compactMap { $0 as? any PreparatoryHook }.first)
    }
  }

  /// Runs the hook's whole stage, which must leave the backbone and the output as they were.
  ///
  /// - Returns: the backbone's values.
  func prepareWithoutEffect(total: Int) throws -> [String: [Float]] {
    let before = model.backboneValues
    let start = model.logits()
    try prepare(total: total)
    #expect(model.backboneValues == before)
    #expect(model.backbone.parameters.allSatisfy { !$0.parameter.hasGradient })
    #expect(model.logits() == start)
    return before
  }

  /// Runs the hook's stage up to a batch, and to its end where none is said.
  func prepare(total: Int, upTo stop: Int? = nil) throws {
    let hook = try hook
    hook.beginPreparation()
    let primed = hook.primedTensors
    let others = (primed ?? []).map {
      NamedParameter(name: $0.name, parameter: $0.parameter)
    }
    let optimizer = AdamW(groups + [ParameterGroup(parameters: others, learningRate: 0.01)])
    for index in 0..<(stop ?? hook.batchCount(total: total)) {
      backward(TrainingStep(index: index, total: total), zeroing: optimizer.parameters)
      hook.afterBackward()
      if primed != nil { optimizer.step(factor: 1) }
    }
    if stop == nil { hook.endPreparation() }
  }

  var groups: [ParameterGroup] { attached.parameterGroups(learningRate: 0.01, weightDecay: 0) }

  /// Takes steps with an optimizer of its own.
  func train(steps: Range<Int>, of total: Int) {
    let optimizer = AdamW(groups)
    for index in steps {
      let step = TrainingStep(index: index, total: total)
      backward(step, zeroing: optimizer.parameters)
      optimizer.step(factor: 1)
      for hook in attached.hooks { hook.afterStep(step) }
    }
  }

  func backward(_ step: TrainingStep, zeroing parameters: [Parameter]) {
    Gradients.zero(parameters)
    let tape = Tape(recording: true)
    tape.noise = RandomKey(seed: 6).derived(step.index)
    let loss = tape.crossEntropy(
      model.logits(TinyModel.batch, tape: tape), labels: TinyModel.labels)
    tape.backward(from: attached.hooks.penalised(loss, step, tape: tape))
  }
}
