public import Executors
public import RunStore
internal import Synchronization

/// One search: asks a strategy, has configurations trained, and records what came of them.
///
/// All state is in the run directory; a study that is made anew over the same directory goes on as
/// if it had never stopped. What is recorded, and in which order, is a function of the run's
/// settings alone (`StudyClock`).
public final class Study: Sendable {
  public let run: RunDirectory
  public let store: RunStore
  let plan: StudyPlan
  let executor: any Executor
  let worker: StudyWorker
  let files: RunFiles
  let observe: @Sendable (StudyProgress) -> Void
  /// Room that must be on the disk before a trial, beside what its own files need.
  let reserveBytes: Int
  /// Called after each durable step; tests end the process's life there.
  let pulse: @Sendable () throws -> Void
  private let stopFlag = Mutex(false)

  /// - Parameters:
  ///   - store: opened by the holder of the run's lock.
  ///   - plan: the same in every sitting.
  ///   - reserveBytes: 64 MB by default: the database, logs and metrics of thousands of trials.
  ///   - observe: called on the study's own task; must not block.
  public convenience init(
    run: RunDirectory, store: RunStore, plan: StudyPlan, executor: any Executor,
    worker: StudyWorker = .standard, files: RunFiles = .durable,
    reserveBytes: Int = 64_000_000,
    observe: @escaping @Sendable (StudyProgress) -> Void = { _ in }
  ) {
    self.init(
      run: run, store: store, plan: plan, executor: executor, worker: worker, files: files,
      reserveBytes: reserveBytes, observe: observe, pulse: {})
  }

  init(
    run: RunDirectory, store: RunStore, plan: StudyPlan, executor: any Executor,
    worker: StudyWorker, files: RunFiles, reserveBytes: Int,
    observe: @escaping @Sendable (StudyProgress) -> Void,
    pulse: @escaping @Sendable () throws -> Void
  ) {
    self.run = run
    self.store = store
    self.plan = plan
    self.executor = executor
    self.worker = worker
    self.files = files
    self.reserveBytes = reserveBytes
    self.observe = observe
    self.pulse = pulse
  }

  /// Runs or continues the search until its budget, its space, or somebody's patience ends.
  ///
  /// - Throws: what no trial can be blamed for: the store, the disk, a strategy's fault, an
  ///   executor that cannot start workers. Workers are asked for a checkpoint first.
  public func search() async throws -> StudyOutcome {
    try await supervised { try await StudyLoop(self).search() }
  }

  /// Trains the trials that `Confirmation` has added.
  func trainConfirmations() async throws -> StudyOutcome {
    try await supervised { try await StudyLoop(self).confirm() }
  }

  /// Asks the study to stop: no further proposal, no further trial, workers write a checkpoint.
  ///
  /// May be called from any task, more than once.
  public func requestStop() {
    let isFirst = stopFlag.withLock { flag in
      defer { flag = true }
      return !flag
    }
    guard isFirst else { return }
    observe(.stopping)
    Task { await executor.cancelAll() }
  }

  var isStopRequested: Bool { stopFlag.withLock { $0 } }

  /// Ends the workers in good order where the loop cannot go on.
  private func supervised(
    _ body: () async throws -> StudyOutcome
  ) async throws -> StudyOutcome {
    do { return try await body() } catch {
      await executor.cancelAll()
      while await executor.nextCompletion() != nil {}
      throw error
    }
  }
}
