internal import Dispatch
internal import Foundation

/// Runs jobs as a closure inside the controller's own process: for tests, and for debugging.
///
/// A crash of one job is a crash of all; time and memory limits are not enforced, and the time
/// limit becomes a wish to stop.
public struct InlineExecutor: Executor {
  public static let name = "inline"
  public static let summary = "runs trials inside this process, one after the other"

  /// Trains; returns the exit code that a worker process would have had.
  ///
  /// It runs on a thread of its own, looks at the stop request now and then, and may block.
  public typealias Body = @Sendable (Job, StopRequest) throws -> Int32

  public let slots: Int
  private let board = JobBoard()
  private let body: Body

  /// - Parameter slots: jobs side by side; more than 1 only where `body` may run concurrently.
  public init(slots: Int = 1, body: @escaping Body) {
    precondition(slots >= 1, "InlineExecutor: slots must be at least 1, got \(slots)")
    self.slots = slots
    self.body = body
  }

  public func availability() -> ExecutorAvailability { .available }

  public func submit(_ job: Job) async throws {
    let request = try await board.enter(job.id)
    let (board, body) = (board, body)
    DispatchQueue.global().async {
      let start = ContinuousClock.now
      let outcome = Self.run(job, request, body)
      let seconds = start.duration(to: .now).seconds
      let completion = JobCompletion(
        id: job.id, outcome: outcome, seconds: seconds, logTail: LogTail.read(job.log))
      Task { await board.leave(completion) }
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

  private static func run(_ job: Job, _ request: StopRequest, _ body: Body) -> JobOutcome {
    let timer = job.limits.seconds.map { seconds in
      let timer = DispatchSource.makeTimerSource()
      timer.schedule(deadline: .now() + seconds)
      timer.setEventHandler { request.raise(to: .ask) }
      timer.activate()
      return timer
    }
    defer { timer?.cancel() }
    let start = ContinuousClock.now
    do {
      let code = try body(job, request)
      guard request.isRequested else { return .exited(code: code) }
      if let limit = job.limits.seconds, start.duration(to: .now).seconds >= limit {
        return .timeLimit(limit)
      }
      return .cancelled
    } catch {
      append("\(error)\n", to: job.log)
      return .exited(code: 1)
    }
  }

  private static func append(_ text: String, to path: String) {
    if !FileManager.default.fileExists(atPath: path) {
      _ = FileManager.default.createFile(atPath: path, contents: nil)
    }
    guard let file = FileHandle(forWritingAtPath: path) else { return }
    defer { try? file.close() }
    _ = try? file.seekToEnd()
    try? file.write(contentsOf: Data(text.utf8))
  }
}

extension Duration {
  /// The length in seconds.
  var seconds: Double {
    let (whole, attoseconds) = components
    return Double(whole) + Double(attoseconds) * 1e-18
  }
}
