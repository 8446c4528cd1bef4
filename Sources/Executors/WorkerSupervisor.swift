internal import Dispatch
internal import Glibc
internal import Subprocess

/// Watches one worker process: its end, its limits, and the wish to stop it.
struct WorkerSupervisor: Sendable {
  /// What was seen and done.
  struct Report: Sendable {
    /// Why the worker was ended; nil where it ended by itself.
    var verdict: JobOutcome?
    var peakBytes: Int?
  }

  private enum Event: Sendable {
    case ended
    case wish(StopRequest.Level)
    case tick
  }

  let limits: JobLimits
  let grace: Duration
  let pollInterval: Duration
  let request: StopRequest

  /// Returns when the process has ended; it is not collected yet, so its number is still its own.
  func watch<Input, Output, Failure>(
    _ execution: Execution<Input, Output, Failure>
  ) async -> Report {
    let process = execution.processIdentifier
    let start = ContinuousClock.now
    let (events, feed) = AsyncStream.makeStream(of: Event.self)
    let sources = Sources(process, pollInterval) { feed.yield($0 ? .ended : .tick) }
    // Whatever the worker has left behind in its session holds the log's lock and goes with it.
    defer {
      sources.cancel()
      signal(SIGKILL, execution)
    }
    request.observe { feed.yield(.wish($0)) }

    var report = Report()
    var killAt: ContinuousClock.Instant?
    for await event in events {
      switch event {
      case .ended: return report
      case .wish(.none): continue
      case .wish(.ask):
        report.verdict = report.verdict ?? .cancelled
        killAt = killAt ?? .now + grace
        signal(SIGTERM, execution)
      case .wish(.force):
        report.verdict = report.verdict ?? .cancelled
        signal(SIGKILL, execution)
      case .tick:
        guard let memory = ProcessMemory(of: process.value) else {
          // A zombie has no memory lines: it has ended.
          return report
        }
        report.peakBytes = max(report.peakBytes ?? 0, memory.peakBytes)
        if report.verdict == nil {
          report.verdict = excess(memory, start.duration(to: .now).seconds)
          if report.verdict != nil { killAt = .now }
        }
        if let killAt, ContinuousClock.now >= killAt { signal(SIGKILL, execution) }
      }
    }
    return report
  }

  /// The limit that a worker has gone over; nil where it keeps them.
  private func excess(_ memory: ProcessMemory, _ seconds: Double) -> JobOutcome? {
    if let limit = limits.seconds, seconds >= limit { return .timeLimit(limit) }
    if let limit = limits.memoryBytes, memory.privateBytes > limit { return .memoryLimit(limit) }
    return nil
  }

  /// Signals the worker and all that it has started.
  private func signal<Input, Output, Failure>(
    _ number: Int32, _ execution: Execution<Input, Output, Failure>
  ) {
    // The one way to fail is that the process has just ended, which is what was wanted.
    _ = try? execution.send(signal: Signal(rawValue: number), toProcessGroup: true)
  }

  /// The kernel's news of a process, and a clock.
  private final class Sources: @unchecked Sendable {
    private let timer: any DispatchSourceTimer
    private let exit: (any DispatchSourceRead)?

    init(
      _ process: ProcessIdentifier, _ interval: Duration,
      _ report: @escaping @Sendable (_ hasEnded: Bool) -> Void
    ) {
      timer = DispatchSource.makeTimerSource()
      let nanoseconds = Int(interval.seconds * 1e9)
      timer.schedule(deadline: .now(), repeating: .nanoseconds(nanoseconds))
      timer.setEventHandler { report(false) }
      let copy = process.processDescriptor >= 0 ? dup(process.processDescriptor) : -1
      if copy >= 0 {
        let source = DispatchSource.makeReadSource(fileDescriptor: copy)
        source.setEventHandler { report(true) }
        source.setCancelHandler { close(copy) }
        source.activate()
        exit = source
      } else {
        exit = nil
      }
      timer.activate()
    }

    func cancel() {
      timer.cancel()
      exit?.cancel()
    }
  }
}
