internal import Foundation
internal import LinearAlgebra
internal import NeuralNets
internal import PEFTMethods
internal import SearchSpaces
internal import TensorCore

/// Trains one configuration, a step or an epoch's evaluation at a time.
///
/// A training is a pure function of (configuration, data, key): noise is keyed by the step, orders
/// by the epoch, and everything that changes lies in `progress`, the trained tensors, the
/// optimizer's moments and the best tensors. So it can stop after any step and go on in another
/// process with the same bits.
final class Trainer {
  /// What a training learns from and is judged by.
  struct Data {
    let training: TokenizedExamples
    let validation: TokenizedExamples
    let metric: TaskMetric
    /// Classes, or 1 for a regression.
    let outputCount: Int
  }

  let model: FineTunedModel
  let data: Data
  let plan: TrainingPlan
  let optimizer: AdamW
  private(set) var progress = TrainingProgress()
  /// The values of `model.trained` at the best epoch.
  private(set) var bestValues: [[Float]] = []

  private let trained: [NamedParameter]
  let parameters: [Parameter]
  private let trainingTape = Tape(recording: true)
  private let evaluationTape = Tape(recording: false)
  private let constantLoss: Double
  private var order: (epoch: Int, indices: [Int])?
  private var batch = PackedBatch()
  private var targets = TargetBuffer()
  private let origin: FrozenStates.Origin?
  private var trainingStates: FrozenStates?
  private var validationStates: FrozenStates?

  /// - Parameters:
  ///   - key: the stream of (study seed, replicate).
  ///   - origin: where states below the lowest tuned layer come from; nil computes them anew for
  ///     every batch, which is what they are compared with.
  init(
    model: FineTunedModel, data: Data, settings: TrainingSettings, key: RandomKey,
    origin: FrozenStates.Origin?
  ) {
    self.origin = origin
    self.model = model
    self.data = data
    plan = TrainingPlan(settings: settings, exampleCount: data.training.count, key: key)
    optimizer = AdamW(model.optimizerGroups(settings))
    trained = model.trained
    parameters = trained.map(\.parameter)
    constantLoss = DivergenceWatch.constantLoss(
      data.training.targets, classCount: data.outputCount)
  }

  var settings: TrainingSettings { plan.settings }

  /// Whether all steps of the current epoch are done and its evaluation is due.
  var isEpochTrained: Bool { progress.stepInEpoch == plan.stepsPerEpoch }

  /// Whether the last epoch is closed, or no better one came within the patience.
  var isDone: Bool {
    progress.epoch >= settings.epochs
      || (settings.patience > 0 && progress.staleEpochs >= settings.patience)
  }

  /// Makes the states that the training only reads.
  ///
  /// A step or an evaluation makes what is missing by itself.
  /// - Returns: false where a stop was asked for before they were there.
  func prepare(shouldStop: () -> Bool) -> Bool {
    guard let origin else { return true }
    func areMissing(_ states: FrozenStates?, of examples: TokenizedExamples) -> Bool {
      states == nil
        && FrozenStates.areUsed(
          model, on: examples, backboneDropout: settings.backboneDropout)
    }
    if areMissing(trainingStates, of: data.training) {
      trainingStates = FrozenStates.make(
        model, on: data.training, tape: evaluationTape, origin: origin, shouldStop: shouldStop)
      if trainingStates == nil { return false }
    }
    if areMissing(validationStates, of: data.validation) {
      validationStates = FrozenStates.make(
        model, on: data.validation, tape: evaluationTape, origin: origin, shouldStop: shouldStop)
      if validationStates == nil { return false }
    }
    return true
  }

  /// Takes one optimizer step; the loss of its batch.
  ///
  /// - Precondition: the epoch is not trained to its end yet.
  @discardableResult
  func step() throws(TrainingFailure) -> Double {
    precondition(!isDone && !isEpochTrained, "Trainer.step: no step is left in this epoch")
    _ = try runPreparations { false }
    _ = prepare { false }
    let indices = plan.batch(progress.stepInEpoch, of: currentOrder())
    var position = TrainingStep(index: progress.step, total: plan.schedule.totalSteps)
    trainingTape.clock?.lap(.bookkeeping)
    Gradients.zero(parameters)
    let loss = try gradients(of: indices, at: position)
    let scale = try clippingFactor(parameters, at: position)
    optimizer.step(factor: plan.schedule.factor(step: progress.step), gradientScale: scale)
    position.gradientScale = Float(scale)
    for hook in model.attached.hooks { hook.afterStep(position) }
    trainingTape.clock?.lap(.optimizer)
    progress.step += 1
    progress.stepInEpoch += 1
    progress.lossSum += loss * Double(indices.count)
    if let mean = progress.watch.mean(adding: loss, constantLoss: constantLoss) {
      throw .diverged(
        step: progress.step, learningRate: settings.learningRate, mean: mean,
        window: progress.watch.recent.count, constant: constantLoss)
    }
    return loss
  }

  /// The factor on the gradients that the limit of their norm asks for.
  func clippingFactor(
    _ parameters: [Parameter], at step: TrainingStep
  ) throws(TrainingFailure) -> Double {
    let norm = Gradients.norm(parameters)
    guard norm.isFinite else {
      throw .gradientNotFinite(step: step.index + 1, learningRate: settings.learningRate)
    }
    return settings.clip > 0 ? Gradients.clippingFactor(norm: norm, limit: settings.clip) : 1
  }

  /// Forward and backward of one batch with the noise of a step, added to the gradients; the mean
  /// loss of its first pass, penalties apart.
  func gradients(
    of indices: ArraySlice<Int>, at step: TrainingStep
  ) throws(TrainingFailure) -> Double {
    let tape = trainingTape
    tape.clock?.lap(.optimizer)
    tape.reset()
    tape.noise = plan.noise(step: step.index)
    tape.clock?.lap(.bookkeeping)
    data.training.pack(indices, into: &batch)
    let expected = targets.targets(indices, of: data.training)
    tape.clock?.lap(.data)
    let states = trainingStates?.tensor(indices, of: data.training, batch: batch, tape: tape)
    func logits() -> Tensor {
      states.map { model.logits(batch, from: $0, tape: tape) } ?? model.logits(batch, tape: tape)
    }
    let first = logits()
    let loss = expected.loss(first, tape: tape)
    let value = Double(loss.scalar)
    guard value.isFinite else {
      throw .lossNotFinite(step: step.index + 1, learningRate: settings.learningRate)
    }
    tape.backward(
      from: model.attached.hooks.objective(
        loss, logits: first, targets: expected, step, tape: tape, secondPass: logits))
    return value
  }

  /// Evaluates on validation, closes the epoch and keeps the tensors where it is the best.
  ///
  /// - Returns: the epoch's line, or nil where a stop was asked for before the end.
  func closeEpoch(shouldStop: () -> Bool) throws(TrainingFailure) -> EpochMetrics? {
    precondition(isEpochTrained, "Trainer.closeEpoch: steps are left in this epoch")
    guard let evaluation = evaluateValidation(shouldStop: shouldStop) else { return nil }
    guard evaluation.isFinite else {
      throw .outputNotFinite(step: progress.step, learningRate: settings.learningRate)
    }
    let predictions = evaluation.predictions(data.validation.targets)
    let metrics = EpochMetrics(
      epoch: progress.epoch + 1, step: progress.step,
      trainingLoss: progress.lossSum / Double(plan.exampleCount),
      validationLoss: evaluation.meanLoss(data.validation.targets),
      validationScore: data.metric.value(predictions))
    progress.epochs.append(metrics)
    progress.stepInEpoch = 0
    progress.lossSum = 0
    if metrics.validationScore > progress.best?.score ?? -.infinity {
      progress.best = TrainingProgress.Best(
        epoch: metrics.epoch, score: metrics.validationScore, predictions: predictions)
      bestValues = parameters.map(\.array)
    }
    return metrics
  }

  /// Runs the model as it is; nil where a stop was asked for.
  func evaluate(_ examples: TokenizedExamples, shouldStop: () -> Bool) -> Evaluation? {
    Evaluation(model, on: examples, tape: evaluationTape, shouldStop: shouldStop)
  }

  /// Runs the model as it is on the validation examples; nil where a stop was asked for.
  func evaluateValidation(shouldStop: () -> Bool) -> Evaluation? {
    guard prepare(shouldStop: shouldStop) else { return nil }
    return Evaluation(
      model, on: data.validation, frozen: validationStates, tape: evaluationTape,
      shouldStop: shouldStop)
  }

  /// Whether steps read states below the lowest tuned layer that were computed before.
  var readsFrozenStates: Bool { trainingStates != nil }

  /// Measures the stages of the following steps; nil measures nothing.
  var clock: StageClock? {
    get { trainingTape.clock }
    set { trainingTape.clock = newValue }
  }

  /// The examples of the next step, in the order of its batch.
  func nextIndices() -> ArraySlice<Int> { plan.batch(progress.stepInEpoch, of: currentOrder()) }

  /// The numbers of tokens of the sequences of the next step.
  func nextLengths() -> [Int] { nextIndices().map { data.training.length($0) } }

  /// Sets the model to the tensors of the best epoch.
  func restoreBest() {
    for (parameter, values) in zip(parameters, bestValues) { parameter.assign(values) }
  }

  private func currentOrder() -> [Int] {
    if let order, order.epoch == progress.epoch { return order.indices }
    let indices = plan.order(epoch: progress.epoch)
    order = (progress.epoch, indices)
    return indices
  }
}

extension Trainer {
  /// Everything that changes in a training, by name.
  struct State {
    var progress: TrainingProgress
    var optimizer: AdamW.State
    var current: [(name: String, values: [Float])]
    /// What the methods' hooks remember.
    var hooks: [(name: String, values: [Float])]
    /// Empty before the first epoch is closed.
    var best: [(name: String, values: [Float])]
  }

  var state: State {
    State(
      progress: progress, optimizer: optimizer.state,
      current: trained.map { ($0.name, $0.parameter.array) },
      hooks: model.attached.hooks.flatMap(\.state),
      best: zip(trained, bestValues).map { ($0.name, $1) })
  }

  /// Goes back to a saved state.
  ///
  /// - Throws: `OptimizerStateError` for a state of another configuration; the trainer is then to
  ///   be thrown away.
  func restore(_ state: State) throws(OptimizerStateError) {
    try Self.check(state.current, against: trained)
    if !state.best.isEmpty { try Self.check(state.best, against: trained) }
    try restoreHooks(state.hooks)
    try optimizer.restore(state.optimizer)
    for (entry, saved) in zip(trained, state.current) { entry.parameter.assign(saved.values) }
    bestValues = state.best.map(\.values)
    progress = state.progress
  }

  private func restoreHooks(
    _ saved: [(name: String, values: [Float])]
  ) throws(OptimizerStateError) {
    var values: [String: [Float]] = [:]
    for entry in saved { values[entry.name] = entry.values }
    for hook in model.attached.hooks {
      var own: [[Float]] = []
      for entry in hook.state {
        guard let found = values.removeValue(forKey: entry.name) else {
          throw .missing(name: entry.name)
        }
        guard found.count == entry.values.count else {
          throw .wrongCount(
            name: entry.name, expected: entry.values.count, got: found.count)
        }
        own.append(found)
      }
      hook.restore(own)
    }
    if let extra = values.keys.min() { throw .unknown(name: extra) }
  }

  private static func check(
    _ saved: [(name: String, values: [Float])], against trained: [NamedParameter]
  ) throws(OptimizerStateError) {
    for (index, entry) in trained.enumerated() {
      guard index < saved.count, saved[index].name == entry.name else {
        throw .missing(name: entry.name)
      }
      guard saved[index].values.count == entry.parameter.count else {
        throw .wrongCount(
          name: entry.name, expected: entry.parameter.count, got: saved[index].values.count)
      }
    }
    if saved.count > trained.count { throw .unknown(name: saved[trained.count].name) }
  }
}
