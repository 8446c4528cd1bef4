internal import Foundation
internal import Glibc
internal import Subprocess
internal import SystemPackage

/// Runs each job as a process of its own on this machine.
///
/// - The worker's standard input is a pipe that this process holds open and never writes: end of
///   file says that the controller died (`ControllerWatch` ends the worker then).
/// - Standard output and error are appended to the job's log. The log carries a lock that lives
///   exactly as long as the worker, so that a worker which outlives its controller for a moment
///   and its successor never work on one trial together.
/// - Each worker leads a session: a signal to the controller's terminal reaches the controller
///   alone, which decides, and ending a worker ends what it has started.
public struct LocalExecutor: Executor {
  public static let name = "local"
  public static let summary = "runs each trial as a process on this machine"

  public let slots: Int
  /// The worker's executable file.
  public let program: String
  /// Added to what the worker inherits.
  public let environment: [String: String]
  /// How long a worker that was asked to stop may take to write its checkpoint.
  public let grace: Duration
  /// How often limits are looked at; the end of a process is noticed at once.
  public let pollInterval: Duration
  /// How long a new worker waits for one that an earlier controller has left.
  public let takeover: Duration
  private let board = JobBoard()
  private let memory = OutOfMemoryCounter()

  /// - Parameters:
  ///   - grace: 60 s by default: a checkpoint of a large adapter on a slow disk takes seconds, and
  ///     schedulers kill after 30 s to 120 s.
  ///   - takeover: 30 s by default: a worker without a controller ends within a training step.
  public init(
    program: String, slots: Int, environment: [String: String] = [:],
    grace: Duration = .seconds(60), pollInterval: Duration = .milliseconds(200),
    takeover: Duration = .seconds(30)
  ) {
    precondition(slots >= 1, "LocalExecutor: slots must be at least 1, got \(slots)")
    self.program = program
    self.slots = slots
    self.environment = environment
    self.grace = grace
    self.pollInterval = pollInterval
    self.takeover = takeover
  }

  public func availability() -> ExecutorAvailability {
    guard access(program, X_OK) == 0, !Self.isFolder(program) else {
      return .unavailable(reason: ExecutorError.noProgram(path: program).description)
    }
    return .available
  }

  public func submit(_ job: Job) async throws {
    if case .unavailable = availability() { throw ExecutorError.noProgram(path: program) }
    let request = try await board.enter(job.id)
    do {
      let log = try await WorkerLog.open(job, patience: takeover)
      try await withCheckedThrowingContinuation { continuation in
        let start = StartSignal(continuation)
        Task.detached { await run(job, request, log, start) }
      }
    } catch {
      await board.withdraw(job.id)
      throw error
    }
  }

  public func nextCompletion() async -> JobCompletion? { await board.next() }

  public func cancel(_ id: Int) async { await board.stopRequest(of: id)?.raise(to: .ask) }

  public func cancelAll() async {
    for request in await board.stopRequests { request.raise(to: .ask) }
  }

  public func abandon() async {
    for request in await board.stopRequests { request.raise(to: .force) }
  }

  /// Starts the process, watches over it, and reports how it ended.
  private func run(
    _ job: Job, _ request: StopRequest, _ log: WorkerLog, _ start: StartSignal
  ) async {
    let clock = ContinuousClock.now
    do {
      let lifeline = try Lifeline()
      var options = PlatformOptions()
      options.createSession = true
      let result = try await Subprocess.run(
        .path(FilePath(program)), arguments: Arguments(job.arguments),
        environment: .inherit.updating(environmentUpdates), platformOptions: options,
        input: .fileDescriptor(lifeline.workerEnd, closeAfterSpawningProcess: false),
        output: .fileDescriptor(log.descriptor, closeAfterSpawningProcess: false),
        error: .fileDescriptor(log.descriptor, closeAfterSpawningProcess: false)
      ) { execution in
        log.handOver()
        lifeline.handOver()
        start.succeed()
        let supervisor = WorkerSupervisor(
          limits: job.limits, grace: grace, pollInterval: pollInterval, request: request)
        return await supervisor.watch(execution)
      }
      lifeline.close()
      let outcome = outcome(of: result.terminationStatus, verdict: result.closureResult.verdict)
      await board.leave(
        JobCompletion(
          id: job.id, outcome: outcome, seconds: clock.duration(to: .now).seconds,
          peakMemoryBytes: result.closureResult.peakBytes, logTail: LogTail.read(job.log)))
    } catch {
      log.handOver()
      let failure = ExecutorError.cannotStart(program: program, reason: "\(error)")
      if start.fail(failure) { return }
      // The process ran and could not be watched; its files tell what it has reached.
      await board.leave(
        JobCompletion(
          id: job.id, outcome: .lost(signal: 0), seconds: clock.duration(to: .now).seconds,
          logTail: "\(error)"))
    }
  }

  private var environmentUpdates: [Subprocess.Environment.Key: String?] {
    var updates: [Subprocess.Environment.Key: String?] = [:]
    for (name, value) in environment {
      if let key = Subprocess.Environment.Key(rawValue: name) { updates[key] = value }
    }
    return updates
  }

  /// What happened: a finished worker has finished, whatever was about to be done to it.
  private func outcome(of status: TerminationStatus, verdict: JobOutcome?) -> JobOutcome {
    if case .exited(0) = status { return .exited(code: 0) }
    if let verdict { return verdict }
    switch status {
    case .exited(let code): return .exited(code: code)
    case .signaled(let signal):
      return signal == SIGKILL && memory.takeOne() ? .outOfMemory : .lost(signal: signal)
    }
  }

  private static func isFolder(_ path: String) -> Bool {
    var facts = stat()
    return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
  }
}
