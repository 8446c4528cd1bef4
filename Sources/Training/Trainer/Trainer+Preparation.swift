internal import NeuralNets
internal import PEFTMethods
internal import TensorCore

extension Trainer {
  /// Runs the stages that methods have before the first step, where they are not over yet.
  ///
  /// A step runs what is missing by itself.
  /// - Returns: false where a stop was asked for; the stage at hand then starts again.
  func runPreparations(shouldStop: () -> Bool) throws(TrainingFailure) -> Bool {
    for case let hook as any PreparatoryHook in model.attached.hooks where !hook.isPrepared {
      guard prepare(shouldStop: shouldStop), try run(hook, shouldStop: shouldStop) else {
        return false
      }
    }
    return true
  }

  private func run(
    _ hook: any PreparatoryHook, shouldStop: () -> Bool
  ) throws(TrainingFailure) -> Bool {
    let start = parameters.map(\.array)
    hook.beginPreparation()
    let primed = hook.primedTensors
    let optimizer = primed.map { AdamW(model.optimizerGroups(settings, beside: $0)) }
    let tuned = optimizer?.parameters ?? parameters
    let total = plan.schedule.totalSteps
    var order: [Int] = []
    for index in 0..<hook.batchCount(total: total) {
      if shouldStop() {
        hook.cancelPreparation()
        for (parameter, values) in zip(parameters, start) { parameter.assign(values) }
        return false
      }
      let (epoch, stepInEpoch) = index.quotientAndRemainder(dividingBy: plan.stepsPerEpoch)
      if stepInEpoch == 0 { order = plan.order(epoch: epoch) }
      let step = TrainingStep(index: index, total: total)
      Gradients.zero(tuned)
      _ = try gradients(of: plan.batch(stepInEpoch, of: order), at: step)
      hook.afterBackward()
      let scale = try clippingFactor(tuned, at: step)
      // The factor at the end of the step: a warm-up does not begin with a step of nothing.
      let factor = plan.schedule.factor(step: min(index + 1, max(0, total - 1)))
      optimizer?.step(factor: factor, gradientScale: scale)
    }
    hook.endPreparation()
    return true
  }
}
