internal import Foundation
internal import LinearAlgebra
public import Logging

/// Trains the configuration of one job and leaves the files of a trial behind.
///
/// In the trial's folder: `metrics.jsonl` (a line an epoch), `checkpoint/state.safetensors`,
/// `adapter.safetensors` (the best epoch, deployed form, head included) and at last `result.json`.
/// Each file is replaced as a whole. A killed or stopped training goes on from its checkpoint, or
/// from the start where there is none, and ends with the same bytes; only `timing` differs.
public struct TrialRunner: Sendable {
  public let job: TrialJob
  /// The trial's folder, which must exist.
  public let directory: String
  /// Seconds between checkpoints; 0 writes one after every step.
  ///
  /// 30 by default: a lost worker repeats half a minute at most, and a trial of the embedded
  /// default, which takes seconds, writes none.
  public let checkpointInterval: Double
  /// A folder of files that only save work, shared by all trials of a run.
  ///
  /// Tokens, and states below the lowest tuned layer; nil keeps them in memory.
  public let cacheDirectory: String?
  /// Where the first steps are written down for another engine; nil where they are not.
  public let trace: TraceRequest?
  public let logger: Logger

  /// Lines on the standard error stream, which an executor keeps as `log.txt`.
  public static var standardErrorLogger: Logger {
    Logger(label: "autopeft.trial") { StreamLogHandler.standardError(label: $0) }
  }

  public init(
    job: TrialJob, directory: String, cacheDirectory: String? = nil,
    checkpointInterval: Double = 30, trace: TraceRequest? = nil,
    logger: Logger = TrialRunner.standardErrorLogger
  ) {
    self.job = job
    self.directory = directory
    self.cacheDirectory = cacheDirectory
    self.checkpointInterval = checkpointInterval
    self.trace = trace
    self.logger = logger
  }

  /// Trains from where an earlier sitting stopped.
  ///
  /// A trial that has its result already is not trained again.
  /// - Parameter shouldStop: asked after every step and between batches of an evaluation.
  /// - Throws: what keeps the trial from being trained at all: `TrialError`, `TaskError`,
  ///   `CheckpointError`, `MethodError`, `TraceError` and the like. A training that goes wrong by
  ///   itself ends as a failed result.
  public func run(shouldStop: @Sendable () -> Bool = { false }) throws -> TrialOutcome {
    let files = TrialFiles(directory: directory)
    guard files.exists(directory) else { throw TrialError.missingDirectory(directory) }
    try trace?.requireFree()
    if let result = try files.readResult() {
      if trace != nil { throw TraceError.alreadyTrained }
      logger.info("trial \(job.trial): the result is there already")
      return .finished(result)
    }
    BLAS.setThreadCount(job.threads)
    let session = try TrialSession(
      job: job, files: files, cache: CacheFolder(path: cacheDirectory, logger: logger),
      logger: logger)
    return try session.run(
      trace: trace, checkpointInterval: checkpointInterval, shouldStop: shouldStop)
  }
}
