/// Runs jobs and says how each one ended.
///
/// Laws, checked on every registered member: each submitted job completes exactly once; a failure
/// carries the tail of the log; a cancelled job's process is gone when its completion arrives; a
/// dead worker is noticed; a job whose id still runs is refused.
public protocol Executor: Sendable {
  /// The name of `--executor`.
  static var name: String { get }
  /// One sentence for `autopeft doctor`.
  static var summary: String { get }
  /// How many jobs run side by side.
  var slots: Int { get }
  /// Whether it can work on this machine, and why not.
  func availability() -> ExecutorAvailability
  /// Starts a job.
  ///
  /// - Throws: `ExecutorError` where it cannot be started; the job then never completes.
  func submit(_ job: Job) async throws
  /// Waits for the next job to end; nil where none runs.
  func nextCompletion() async -> JobCompletion?
  /// Asks a job to stop, and ends it by force when it does not.
  func cancel(_ id: Int) async
  /// Asks all jobs to stop.
  func cancelAll() async
  /// Ends all jobs at once, as when the controller dies.
  func abandon() async
}

/// Whether an executor can work on this machine.
public enum ExecutorAvailability: Sendable, Hashable {
  case available
  case unavailable(reason: String)
}

/// A job cannot be started.
public enum ExecutorError: Error, Equatable, CustomStringConvertible {
  case noProgram(path: String)
  case cannotStart(program: String, reason: String)
  case cannotLog(path: String, reason: String)
  case alreadyRuns(id: Int)
  /// An earlier worker of the same trial holds the log and does not go.
  case occupied(id: Int, log: String)
  case unknownName(String, known: [String])

  public var description: String {
    switch self {
    case .noProgram(let path): "\(path) is not an executable file."
    case .cannotStart(let program, let reason):
      "cannot start a worker with \(program): \(reason)."
    case .cannotLog(let path, let reason): "cannot write the worker's log \(path): \(reason)."
    case .alreadyRuns(let id): "job \(id) runs already and is not started a second time."
    case .occupied(let id, let log):
      "an earlier worker of trial \(id) still runs and holds \(log). "
        + "Find it with 'fuser \(log)', end it, then resume the run."
    case .unknownName(let name, let known):
      "unknown executor '\(name)'. Known: \(known.joined(separator: ", "))."
    }
  }

  /// The process's exit code.
  public var exitCode: Int32 {
    switch self {
    case .unknownName: 2
    case .cannotLog: 74
    case .noProgram, .cannotStart, .alreadyRuns, .occupied: 1
    }
  }
}
