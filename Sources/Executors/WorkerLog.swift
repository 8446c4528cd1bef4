internal import Glibc
internal import Synchronization
internal import SystemPackage

/// A worker's log, opened for appending and locked for as long as the worker lives.
///
/// `flock` belongs to the open file, which the worker inherits: the kernel frees it when the worker
/// and all that it has started are gone, however they ended.
final class WorkerLog: Sendable {
  let descriptor: FileDescriptor
  private let isOpen = Mutex(true)

  private init(_ descriptor: FileDescriptor) {
    self.descriptor = descriptor
  }

  deinit { handOver() }

  /// Opens a job's log, waiting for an earlier worker to let go of it.
  ///
  /// - Throws: `ExecutorError.cannotLog`, or `.occupied` when patience ends.
  static func open(_ job: Job, patience: Duration) async throws -> WorkerLog {
    let raw = Glibc.open(job.log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o666)
    guard raw >= 0 else {
      throw ExecutorError.cannotLog(path: job.log, reason: String(cString: strerror(errno)))
    }
    let log = WorkerLog(FileDescriptor(rawValue: raw))
    let deadline = ContinuousClock.now + patience
    while flock(raw, LOCK_EX | LOCK_NB) != 0 {
      // A file system without locks: the run's own lock is all there is.
      guard errno == EWOULDBLOCK || errno == EINTR else { return log }
      guard ContinuousClock.now < deadline else {
        throw ExecutorError.occupied(id: job.id, log: job.log)
      }
      try await Task.sleep(for: .milliseconds(20))
    }
    return log
  }

  /// Closes this process's copy; the worker keeps its own.
  func handOver() {
    isOpen.withLock { isOpen in
      if isOpen { close(descriptor.rawValue) }
      isOpen = false
    }
  }
}

/// The pipe whose end of file tells a worker that its controller died.
final class Lifeline: Sendable {
  let workerEnd: FileDescriptor
  private let controllerEnd: FileDescriptor
  private let state = Mutex((isHandedOver: false, isClosed: false))

  init() throws {
    (workerEnd, controllerEnd) = try FileDescriptor.pipe(options: [.closeOnExec])
  }

  deinit {
    handOver()
    close()
  }

  /// Closes this process's copy of the worker's end.
  func handOver() {
    state.withLock { state in
      if !state.isHandedOver { Glibc.close(workerEnd.rawValue) }
      state.isHandedOver = true
    }
  }

  /// Lets go of the worker.
  func close() {
    state.withLock { state in
      if !state.isClosed { Glibc.close(controllerEnd.rawValue) }
      state.isClosed = true
    }
  }
}

/// Says once whether a worker has started.
final class StartSignal: Sendable {
  private let continuation: Mutex<CheckedContinuation<Void, any Error>?>

  init(_ continuation: CheckedContinuation<Void, any Error>) {
    self.continuation = Mutex(continuation)
  }

  func succeed() {
    take()?.resume()
  }

  /// - Returns: whether anybody still waited; false once the worker had started.
  func fail(_ error: any Error) -> Bool {
    guard let continuation = take() else { return false }
    continuation.resume(throwing: error)
    return true
  }

  private func take() -> CheckedContinuation<Void, any Error>? {
    continuation.withLock { continuation in
      defer { continuation = nil }
      return continuation
    }
  }
}
