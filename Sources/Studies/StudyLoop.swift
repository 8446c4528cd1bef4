internal import Executors
internal import RunStore
internal import SearchSpaces
internal import SearchStrategies
internal import Training

/// One sitting of a study; it lives on the task that runs it.
final class StudyLoop {
  private let study: Study
  private let settings: StudySettings
  private let budget: StudyBudget
  private let start = ContinuousClock.now
  /// Wall time of the earlier sittings.
  private let earlierSeconds: Double
  /// All trials, by number; equal to the database at any time.
  private var records: [Int: TrialRecord]
  /// The numbers of the trials that this sitting is about, in order.
  private var sequence: [Int]
  private var clock: StudyClock
  private var inFlight: Set<Int> = []
  /// Trials whose adapters stay for now.
  private var kept: Set<Int> = []
  private var savedSeconds = 0.0
  /// Wall time at which nothing is started any more; confirmations have no such limit.
  private var deadlineSeconds: Double?

  init(_ study: Study) throws {
    self.study = study
    let history = study.store.history
    settings = try history.settings()
    budget = try history.budget()
    earlierSeconds = try history.elapsedSeconds()
    deadlineSeconds = budget.seconds
    let all = try history.trials()
    records = Dictionary(uniqueKeysWithValues: all.map { ($0.number, $0) })
    let searched = all.filter { $0.trial.origin != .confirmation }
    sequence = searched.map(\.number)
    clock = StudyClock(
      window: settings.window, limit: budget.trials, proposed: searched.count,
      recorded: searched.prefix { $0.isRecorded }.count,
      isExhausted: try history.events().contains { $0.kind == .exhausted })
  }

  // MARK: The two kinds of sittings

  func search() async throws -> StudyOutcome {
    try study.store.note("sitting", "search, counter \(study.store.fence)")
    try await run()
    let outcome: StudyOutcome
    if clock.isDone {
      outcome = clock.isExhausted && clock.proposed < clock.limit ? .exhausted : .complete
    } else {
      outcome = study.isStopRequested ? .stopped : .timeLimit
    }
    try saveSeconds()
    try study.store.note("end", "\(outcome)")
    return outcome
  }

  func confirm() async throws -> StudyOutcome {
    deadlineSeconds = nil
    let trials = records.values.filter { $0.trial.origin == .confirmation }
      .sorted { $0.number < $1.number }
    sequence = trials.map(\.number)
    clock = StudyClock(
      window: max(1, trials.count), limit: trials.count, proposed: trials.count,
      recorded: trials.prefix { $0.isRecorded }.count, isExhausted: false)
    try study.store.note("sitting", "confirmation, counter \(study.store.fence)")
    try await run()
    try saveSeconds()
    return clock.isDone ? .complete : .stopped
  }

  private func run() async throws {
    let retention = Retention(study.run, keep: budget.keep)
    try retention.apply(to: Array(records.values))
    kept = retention.kept(of: Array(records.values))
    while true {
      repeat { try await startWorkers() } while try advance()
      guard let completion = await study.executor.nextCompletion() else {
        // Nothing runs: done, stopped, or every unfinished trial has just got its result.
        precondition(inFlight.isEmpty, "Study: the executor has lost jobs \(inFlight.sorted())")
        if try !hasStartable() { return }
        continue
      }
      try settle(completion)
      try saveSeconds()
    }
  }

  // MARK: What the clock orders

  /// Makes the one next proposal or counts the one next result.
  ///
  /// - Returns: whether anything was done.
  private func advance() throws -> Bool {
    if let view = clock.dueView {
      if study.isStopRequested { return false }
      if !isOutOfTime { return try propose(view: view) }
    }
    guard clock.recorded < sequence.count else { return false }
    let trial = study.run.trial(sequence[clock.recorded])
    guard trial.hasResult else { return false }
    try record(trial)
    return true
  }

  private func propose(view: Int) throws -> Bool {
    guard let next = try nextCandidate(view: view) else {
      if clock.noteEmpty(view: view) { try study.store.recordExhausted() }
      try study.pulse()
      return true
    }
    do {
      let added = try study.store.propose([next])
      for record in added { adopt(record) }
    } catch RunStoreError.duplicate(let identity, let trial) {
      throw StudyError.repeatedProposal(
        identity: identity, trial: trial, strategy: settings.strategy)
    }
    clock.notePropose()
    try study.pulse()
    return true
  }

  private func nextCandidate(view: Int) throws -> NewTrial? {
    if clock.proposed < study.plan.given.count {
      let given = study.plan.given[clock.proposed]
      return NewTrial(
        origin: given.origin, point: given.point, configuration: given.configuration,
        costs: given.costs, identity: given.configuration.identity, seenThrough: view)
    }
    let trials = sequence.compactMap { records[$0]?.trial }
    guard let proposal = try study.plan.ask(StudyClock.history(trials, view: view)) else {
      return nil
    }
    let candidate = proposal.candidate
    return NewTrial(
      origin: proposal.origin, point: proposal.point, configuration: candidate.configuration,
      costs: candidate.costs, identity: proposal.trainingIdentity, seenThrough: view,
      design: proposal.design, fidelity: proposal.fidelity, fit: proposal.fit)
  }

  private func adopt(_ record: TrialRecord) {
    records[record.number] = record
    sequence.append(record.number)
    study.observe(.proposed(record))
  }

  private func record(_ trial: TrialDirectory) throws {
    let result = try TrialEnding.read(trial)
    let isFailed = if case .failed = result.ending { true } else { false }
    try study.store.recordResult(
      trial.number, result.ending, seconds: result.seconds,
      peakMemoryBytes: result.peakMemoryBytes,
      logTail: isFailed ? LogTail.read(trial.logFile) : nil)
    try study.pulse()
    let record = try study.store.history.trial(trial.number)
    records[trial.number] = record
    clock.noteRecord()
    try retain(after: trial.number)
    try study.pulse()
    study.observe(.recorded(record))
  }

  /// Removes the new trial's checkpoint, and the adapter of whatever it has pushed out.
  private func retain(after number: Int) throws {
    let retention = Retention(study.run, keep: budget.keep)
    let all = Array(records.values)
    try retention.apply(to: all, among: kept.union([number]))
    kept = retention.kept(of: all)
  }

  // MARK: Workers

  /// Whether a trial waits for a worker and may have one.
  private func hasStartable() throws -> Bool {
    !study.isStopRequested && !isOutOfTime && nextToStart() != nil
  }

  private func nextToStart() -> Int? {
    sequence.dropFirst(clock.recorded).first {
      !inFlight.contains($0) && !study.run.trial($0).hasResult
    }
  }

  private func startWorkers() async throws {
    while inFlight.count < study.executor.slots, !study.isStopRequested, !isOutOfTime,
      let number = nextToStart()
    {
      try await startWorker(number)
    }
    // A wish that came between the look at the flag and the start.
    if study.isStopRequested { await study.executor.cancelAll() }
  }

  private func startWorker(_ number: Int) async throws {
    guard let record = records[number] else { return }
    let trial = study.run.trial(number)
    let costs = record.trial.costs
    try study.run.requireFreeSpace(
      study.reserveBytes + 4 * costs.fileBytes + costs.optimizerBytes)
    try trial.make()
    let job = try CanonicalJSON.document(study.worker.job(record, settings))
    try study.files.write(job, trial.jobFile)
    try study.pulse()
    if let below = record.trial.fidelity?.continues {
      try trial.takeCheckpoint(of: study.run.trial(below))
      try study.pulse()
    }
    let step = study.worker.checkpointStep(trial)
    let attempt = try study.store.recordStart(number, step: step)
    records[number]?.trial.state = .running
    try study.pulse()
    try await study.executor.submit(
      Job(
        id: number, arguments: study.worker.arguments(trial), log: trial.logFile,
        limits: JobLimits(seconds: budget.trialSeconds, memoryBytes: budget.trialMemoryBytes)))
    inFlight.insert(number)
    try study.pulse()
    study.observe(.started(trial: number, attempt: attempt, step: step))
  }

  /// Decides what an ended worker means.
  private func settle(_ completion: JobCompletion) throws {
    inFlight.remove(completion.id)
    let trial = study.run.trial(completion.id)
    if trial.hasResult {
      study.observe(.finished(trial: trial.number))
      return
    }
    let verdict = TrialVerdict(
      completion.outcome, step: study.worker.checkpointStep(trial),
      attempts: try study.store.history.attempts(trial.number),
      isStopping: study.isStopRequested)
    switch verdict {
    case .leave: try study.store.recordAttemptEnd(trial.number, outcome: "stopped")
    case .restart(let reason):
      try study.store.recordAttemptEnd(trial.number, outcome: reason)
      try study.pulse()
      study.observe(.restarting(trial: trial.number, reason: reason))
    case .halt(let code):
      try study.store.recordAttemptEnd(trial.number, outcome: "exit code \(code)")
      throw StudyError.workerFailed(
        trial: trial.number, code: code, log: trial.logFile, tail: completion.logTail)
    case .fail(let reason):
      try fail(trial, reason, completion)
      study.observe(.finished(trial: trial.number))
    }
  }

  /// Writes the result of a trial whose worker could not.
  private func fail(
    _ trial: TrialDirectory, _ reason: String, _ completion: JobCompletion
  ) throws {
    let timing = TrialTiming(
      seconds: completion.seconds, peakMemoryBytes: completion.peakMemoryBytes ?? 0)
    let result = TrialResult(
      state: .failed, split: .validation, failure: reason, timing: timing)
    try study.files.write(try CanonicalJSON.document(result), trial.resultFile)
    try study.pulse()
  }

  // MARK: Time

  private var sittingSeconds: Double { start.duration(to: .now).seconds }

  private var isOutOfTime: Bool {
    deadlineSeconds.map { earlierSeconds + sittingSeconds >= $0 } ?? false
  }

  /// Adds this sitting's time to the stored sum, so that a kill loses one trial's worth at most.
  private func saveSeconds() throws {
    let now = sittingSeconds
    try study.store.addElapsed(now - savedSeconds)
    savedSeconds = now
  }
}

extension Duration {
  /// The length in seconds.
  var seconds: Double {
    let (whole, attoseconds) = components
    return Double(whole) + Double(attoseconds) * 1e-18
  }
}
