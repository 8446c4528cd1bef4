/// The jobs of one executor: which run, which have ended and wait to be collected.
///
/// Each job enters once and leaves once, which is what makes "all jobs collected, nothing runs
/// twice" true of every executor that uses it.
actor JobBoard {
  private var running: [Int: StopRequest] = [:]
  private var ended: [JobCompletion] = []
  private var waiter: CheckedContinuation<JobCompletion?, Never>?

  /// Notes a job as running.
  ///
  /// - Throws: `ExecutorError.alreadyRuns`.
  func enter(_ id: Int) throws -> StopRequest {
    guard running[id] == nil else { throw ExecutorError.alreadyRuns(id: id) }
    let request = StopRequest()
    running[id] = request
    return request
  }

  /// Takes back a job that could not be started.
  func withdraw(_ id: Int) {
    running[id] = nil
    releaseWaiterIfIdle()
  }

  /// Notes how a job ended and wakes whoever waits.
  func leave(_ completion: JobCompletion) {
    guard running.removeValue(forKey: completion.id) != nil else { return }
    if let waiter {
      self.waiter = nil
      waiter.resume(returning: completion)
    } else {
      ended.append(completion)
    }
  }

  /// The next ended job, in the order of ending; nil where none runs or waits.
  ///
  /// One caller at a time: the loop of a study.
  func next() async -> JobCompletion? {
    if !ended.isEmpty { return ended.removeFirst() }
    if running.isEmpty { return nil }
    precondition(waiter == nil, "Executor.nextCompletion: two callers wait at the same time")
    return await withCheckedContinuation { waiter = $0 }
  }

  func stopRequest(of id: Int) -> StopRequest? { running[id] }

  var stopRequests: [StopRequest] { Array(running.values) }

  private func releaseWaiterIfIdle() {
    guard running.isEmpty, ended.isEmpty, let waiter else { return }
    self.waiter = nil
    waiter.resume(returning: nil)
  }
}
