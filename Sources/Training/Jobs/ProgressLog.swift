internal import Foundation
internal import Logging
internal import SearchSpaces

/// Says in the log how a training is getting on, at most every five seconds within an epoch.
struct ProgressLog {
  private let trial: Int
  private let logger: Logger
  private let plan: TrainingPlan
  private let clock = ContinuousClock()
  private var last = ContinuousClock().now
  private var lastStep = 0

  init(trial: Int, logger: Logger, plan: TrainingPlan) {
    self.trial = trial
    self.logger = logger
    self.plan = plan
  }

  mutating func start(_ trainer: Trainer, counts: TrialCounts) {
    logger.info(
      """
      trial \(trial): \(counts.trainingExamples) training and \(counts.validationExamples) \
      validation examples (\(counts.truncatedExamples) truncated), \
      \(counts.trainedParameters) trained parameters and \(counts.headParameters) of the head, \
      \(plan.totalSteps) steps
      """)
    lastStep = trainer.progress.step
    last = clock.now
  }

  mutating func step(_ progress: TrainingProgress, loss: Double) {
    let elapsed = clock.now - last
    guard elapsed >= .seconds(5) else { return }
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    let rate = Double((progress.step - lastStep) * plan.settings.batch) / seconds
    logger.info(
      """
      trial \(trial): epoch \(progress.epoch + 1)/\(plan.settings.epochs), step \
      \(progress.step)/\(plan.totalSteps), loss \(Self.short(loss)), \
      \(Int(rate.rounded())) examples/s
      """)
    last = clock.now
    lastStep = progress.step
  }

  func epoch(_ line: EpochMetrics) {
    logger.info(
      """
      trial \(trial): epoch \(line.epoch)/\(plan.settings.epochs) closed at step \(line.step): \
      training loss \(Self.short(line.trainingLoss)), validation loss \
      \(Self.short(line.validationLoss)), score \(Self.short(line.validationScore))
      """)
  }

  func finish(_ result: TrialResult) {
    logger.info(
      """
      trial \(trial): \(result.split.rawValue) score \(Self.short(result.score ?? 0)) at epoch \
      \(result.bestEpoch ?? 0), \(Self.short(result.timing.seconds)) s
      """)
  }

  private static func short(_ value: Double) -> String {
    String(format: "%.4f", value)
  }
}
