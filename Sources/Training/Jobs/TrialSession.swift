internal import Checkpoints
internal import Foundation
internal import LinearAlgebra
internal import Logging
internal import SearchSpaces

/// One sitting of a trial: everything loaded, the training resumed, files written on the way.
final class TrialSession {
  private let job: TrialJob
  private let files: TrialFiles
  private let logger: Logger
  private let task: DownstreamTask
  private let source: BackboneSource
  private let trainer: Trainer
  private let labels: [String]
  /// Read only where the job asks for a score on it.
  private let test: TokenizedExamples?
  private var trace: TrainingTrace?
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var timing = TrialTiming()
  private var log: ProgressLog

  /// Reads the data, opens the backbone and attaches the configuration.
  init(job: TrialJob, files: TrialFiles, cache: CacheFolder, logger: Logger) throws {
    start = ContinuousClock().now
    let settings = job.configuration.training
    try settings.check()
    self.job = job
    self.files = files
    self.logger = logger
    task = try DownstreamTask(named: job.task)
    source = try BackboneSource(
      name: job.backbone, casing: job.casing, dropout: settings.backboneDropout)
    let key = job.key
    let data = try task.data()
    labels = data.labels
    let subset = TrainingPlan.subset(
      of: data.training.count, limit: settings.examples, key: key)
    let outputCount = task.kind.isRegression ? 1 : labels.count
    let model = try FineTunedModel(
      backbone: source.backbone, configuration: job.configuration, headKind: job.headKind,
      outputCount: outputCount, headDropout: settings.backboneDropout, key: key)
    if let start = job.start {
      try AdapterDescription(file: start).load(start, into: model)
    }
    // Texts are cut to what the attached configuration leaves of the positions.
    test =
      job.split == .test
      ? source.tokenize(try task.testExamples(), maximumLength: settings.maximumLength) : nil
    trainer = Trainer(
      model: model,
      data: Trainer.Data(
        training: try source.tokenize(
          subset.map { data.training[$0] }, maximumLength: settings.maximumLength, cache: cache),
        validation: try source.tokenize(
          data.validation, maximumLength: settings.maximumLength, cache: cache),
        metric: task.metric, outputCount: outputCount),
      settings: settings, key: key,
      origin: FrozenStates.Origin(configuration: try source.configurationText(), cache: cache))
    log = ProgressLog(trial: job.trial, logger: logger, plan: trainer.plan)
  }

  /// Trains to the end, or until a stop is asked for.
  func run(
    trace request: TraceRequest?, checkpointInterval: Double, shouldStop: () -> Bool
  ) throws -> TrialOutcome {
    try resume()
    log.start(trainer, counts: counts(scored: 0))
    do {
      guard try prepare(shouldStop: shouldStop) else { return try stopped() }
      trace = try request.map { try TrainingTrace($0, job: job, trainer: trainer) }
      guard try train(checkpointInterval: checkpointInterval, shouldStop: shouldStop) else {
        return try stopped()
      }
      // What a higher rung goes on from, before the best epoch takes the place of the last.
      if job.epochs != nil { try writeCheckpoint() }
      trainer.restoreBest()
      guard let score = try scored(shouldStop: shouldStop) else { return try stopped() }
      try trace?.finish()
      return .finished(try finish(score))
    } catch let failure as TrainingFailure {
      try trace?.finish()
      return .finished(try fail(failure))
    }
  }

  /// Makes what the training only reads and runs the stages before its first step; false where a
  /// stop was asked for.
  private func prepare(shouldStop: () -> Bool) throws -> Bool {
    let began = clock.now
    guard trainer.prepare(shouldStop: shouldStop),
      try trainer.runPreparations(shouldStop: shouldStop)
    else { return false }
    timing.trainingSeconds += seconds(since: began)
    return true
  }

  /// Whether all epochs are closed that the job asks for, or no further one is worth its while.
  private var isThrough: Bool {
    trainer.isDone || job.epochs.map { trainer.progress.epoch >= $0 } ?? false
  }

  /// Takes steps and closes epochs; false where a stop was asked for.
  private func train(checkpointInterval: Double, shouldStop: () -> Bool) throws -> Bool {
    var lastCheckpoint = clock.now
    while !isThrough {
      let began = clock.now
      if trainer.isEpochTrained {
        let line = try trainer.closeEpoch(shouldStop: shouldStop)
        timing.evaluationSeconds += seconds(since: began)
        guard let line else { return false }
        try files.write(trainer.progress.epochs)
        log.epoch(line)
      } else {
        let loss = try trace?.step(trainer) ?? trainer.step()
        timing.trainingSeconds += seconds(since: began)
        log.step(trainer.progress, loss: loss)
      }
      guard !isThrough else { break }
      if shouldStop() { return false }
      if seconds(since: lastCheckpoint) >= checkpointInterval {
        try writeCheckpoint()
        lastCheckpoint = clock.now
      }
    }
    return true
  }

  // MARK: - Checkpoints

  private func resume() throws {
    guard files.exists(files.checkpoint) else { return }
    do {
      let checkpoint = try TrainingCheckpoint(
        path: files.checkpoint, identity: job.identity, for: trainer)
      do { try trainer.restore(checkpoint.state) } catch {
        throw TrialError.damagedCheckpoint(path: files.checkpoint, reason: "\(error)")
      }
      timing = checkpoint.timing
      timing.resumptions += 1
      logger.info("trial \(job.trial): goes on after step \(trainer.progress.step)")
    } catch let error as TrialError {
      guard case .damagedCheckpoint = error else { throw error }
      try files.setCheckpointAside()
      logger.warning(
        "\(error.description) It is set aside and the trial starts again from step 0.")
    }
  }

  private func writeCheckpoint() throws {
    try files.makeCheckpointFolder()
    let checkpoint = TrainingCheckpoint(
      identity: try job.identity, state: trainer.state, timing: timingNow())
    try checkpoint.write(to: files.checkpoint)
  }

  private func stopped() throws -> TrialOutcome {
    try writeCheckpoint()
    logger.info("trial \(job.trial): stopped after step \(trainer.progress.step)")
    return .stopped
  }

  // MARK: - Results

  /// What the best model says of the split that the job asks for; nil where a stop was asked for.
  private func scored(shouldStop: () -> Bool) throws -> Predictions? {
    guard let test else { return trainer.progress.best?.predictions }
    let began = clock.now
    guard let evaluation = trainer.evaluate(test, shouldStop: shouldStop) else { return nil }
    timing.evaluationSeconds += seconds(since: began)
    guard evaluation.isFinite else {
      throw TrainingFailure.outputNotFinite(
        step: trainer.progress.step,
        learningRate: job.configuration.training.learningRate)
    }
    return evaluation.predictions(test.targets)
  }

  private func finish(_ predictions: Predictions) throws -> TrialResult {
    try files.write(trainer.progress.epochs)
    try description().write(trainer.model, to: files.adapter)
    let result = TrialResult(
      state: .complete, split: job.split, score: task.metric.value(predictions),
      validationScore: trainer.progress.best?.score, metrics: task.metric.values(predictions),
      bestEpoch: trainer.progress.best?.epoch, epochs: trainer.progress.epochs,
      steps: trainer.progress.step, counts: counts(scored: predictions.count),
      predictions: predictions, timing: timingNow())
    try files.write(result)
    log.finish(result)
    return result
  }

  private func fail(_ failure: TrainingFailure) throws -> TrialResult {
    try files.write(trainer.progress.epochs)
    let result = TrialResult(
      state: .failed, split: job.split, epochs: trainer.progress.epochs,
      steps: trainer.progress.step, counts: counts(scored: 0), failure: failure.description,
      timing: timingNow())
    try files.write(result)
    logger.error(
      "trial \(job.trial) failed after \(Int(result.timing.seconds)) s: \(failure.description)")
    return result
  }

  private func description() throws -> AdapterDescription {
    try AdapterDescription(
      trained: job.configuration, model: trainer.model, task: task, labels: labels,
      backbone: job.backbone, casing: job.casing)
  }

  private func counts(scored: Int) -> TrialCounts {
    let data = trainer.data
    return TrialCounts(
      trainingExamples: data.training.count, validationExamples: data.validation.count,
      scoredExamples: scored,
      truncatedExamples: data.training.truncatedCount + data.validation.truncatedCount,
      trainingTokens: data.training.tokenCount,
      trainedParameters: trainer.model.trainedCount,
      headParameters: trainer.model.headCount)
  }

  private func timingNow() -> TrialTiming {
    var timing = timing
    timing.seconds += seconds(since: start)
    timing.peakMemoryBytes = ProcessMemory.peakBytes
    let passes =
      Double(trainer.progress.step) / Double(max(trainer.plan.stepsPerEpoch, 1))
    if timing.trainingSeconds > 0 {
      timing.examplesPerSecond =
        passes * Double(trainer.data.training.count) / timing.trainingSeconds
      timing.tokensPerSecond =
        passes * Double(trainer.data.training.tokenCount) / timing.trainingSeconds
    }
    return timing
  }

  private func seconds(since instant: ContinuousClock.Instant) -> Double {
    let parts = (clock.now - instant).components
    return Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
  }
}
