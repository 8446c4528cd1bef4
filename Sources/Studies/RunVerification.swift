public import RunStore
internal import SearchSpaces
public import Training

/// Checks that everything in a run directory is whole and agrees with everything else.
///
/// Reads only; may run beside a search, whose unfinished trials are then no fault.
public struct RunVerification: Sendable {
  /// One thing that is not as it should be.
  public struct Problem: Codable, Hashable, Sendable, CustomStringConvertible {
    /// The file or table, below the run directory.
    public var place: String
    public var detail: String

    public var description: String { "\(place): \(detail)" }
  }

  /// What was found; none for a sound run.
  public let problems: [Problem]
  /// What was looked at.
  public let trials: Int
  public let events: Int
  public let files: Int

  public var isSound: Bool { problems.isEmpty }

  /// Checks a run.
  ///
  /// Beside a living controller, files may come and go between two looks: then only what is found
  /// twice counts.
  /// - Parameter adapters: whether adapters are hashed, which reads all of them.
  /// - Throws: only what keeps it from looking: a database that cannot be opened at all.
  public init(_ run: RunDirectory, adapters: Bool = true) throws {
    let history = try RunHistory.open(run)
    let first = Check(run, history, hashesAdapters: adapters)
    trials = first.trials
    events = first.events
    files = first.files
    guard !first.problems.isEmpty, try RunLock.isHeld(run) else {
      problems = first.problems
      return
    }
    let second = Set(Check(run, history, hashesAdapters: adapters).problems)
    problems = first.problems.filter(second.contains)
  }
}

/// The state of one verification.
private struct Check {
  private let run: RunDirectory
  private(set) var problems: [RunVerification.Problem] = []
  private(set) var trials = 0
  private(set) var events = 0
  private(set) var files = 0

  init(_ run: RunDirectory, _ history: RunHistory, hashesAdapters: Bool) {
    self.run = run
    attempt("study.sqlite") { try history.checkPages() }
    let snapshot = attempt("study.sqlite") { try history.snapshot() }
    let records = snapshot?.trials ?? []
    (trials, events) = (records.count, snapshot?.events.count ?? 0)
    if let settings = attempt("study.sqlite", { try history.settings() }) {
      space(settings)
      if let snapshot { sequence(records, snapshot.events, window: settings.window) }
    }
    let budget = attempt("study.sqlite") { try history.budget() }
    attempt("environment.json") { _ = try RunEnvironment.read(run) }
    let kept = Retention(run, keep: budget?.keep ?? .best).kept(of: records)
    for record in records {
      trial(record, isKept: kept.contains(record.number), hashesAdapter: hashesAdapters)
    }
    if snapshot != nil { strangers(records) }
  }

  private mutating func add(_ place: String, _ detail: String) {
    problems.append(RunVerification.Problem(place: place, detail: detail))
  }

  /// Runs a look and notes its error as a problem.
  @discardableResult
  private mutating func attempt<Value>(_ place: String, _ body: () throws -> Value) -> Value? {
    files += 1
    do { return try body() } catch {
      add(place, "\(error)")
      return nil
    }
  }

  private mutating func space(_ settings: StudySettings) {
    let file = run.spaceFile
    let hash = attempt("space.yaml") { try RunFiles.hash(file) }
    if let hash, hash != settings.spaceHash {
      add("space.yaml", "its SHA-256 is \(hash), the run was started with \(settings.spaceHash)")
    }
    guard settings.earlierHash != nil else { return }
    let run = run
    attempt("earlier.json") { _ = try EarlierRuns.frozen(in: run, settings: settings) }
  }

  /// Replays the event log against the trials and the window.
  private mutating func sequence(_ records: [TrialRecord], _ events: [EventRecord], window: Int) {
    for (index, record) in records.enumerated() where record.number != index + 1 {
      add("study.sqlite", "trial \(index + 1) is missing")
      return
    }
    for (index, event) in events.enumerated() where event.sequence != index + 1 {
      add("study.sqlite", "event \(index + 1) is missing")
      return
    }
    if events.first?.kind != .created { add("study.sqlite", "the event log has no beginning") }
    var replay = EventReplay(records, window: window)
    for event in events {
      if let fault = replay.take(event) { add("study.sqlite", fault) }
    }
    for record in records {
      if !replay.proposed.contains(record.number) {
        add("study.sqlite", "trial \(record.number) was never proposed")
      }
      if record.isRecorded != replay.recorded.contains(record.number) {
        add(
          "study.sqlite",
          "trial \(record.number) is \(record.state.rawValue), its events say otherwise")
      }
    }
  }

  private mutating func trial(_ record: TrialRecord, isKept: Bool, hashesAdapter: Bool) {
    let trial = run.trial(record.number)
    let place = "trials/\(TrialDirectory.folderName(record.number))"
    if record.state != .waiting {
      if let job = attempt("\(place)/job.json", { try trial.readJob() }),
        job.configuration != record.trial.configuration || job.replicate != record.replicate
          || job.block != record.trial.design?.noise
          || job.epochs != (record.trial.isPartial ? record.trial.fidelity?.epochs : nil)
      {
        add("\(place)/job.json", "it is not the configuration of the database")
      }
    }
    guard record.isRecorded else { return }
    if let result = attempt("\(place)/result.json", { try TrialEnding.read(trial) }) {
      compare(result.ending, record, place, hashesAdapter: hashesAdapter)
    }
    if isKept, record.summary?.adapterHash != nil, !trial.hasAdapter {
      add("\(place)/adapter.safetensors", "it is missing, and should be kept")
    }
  }

  private mutating func compare(
    _ ending: TrialEnding, _ record: TrialRecord, _ place: String, hashesAdapter: Bool
  ) {
    let (score, failure, summary): (Double?, String?, TrialSummary) =
      switch ending {
      case .complete(let score, let summary): (score, nil, summary)
      case .failed(let reason, let summary): (nil, reason, summary)
      }
    if score != record.trial.score || failure != record.trial.failure
      || summary.metrics != record.summary?.metrics
    {
      add("\(place)/result.json", "it says something else than the database")
    }
    if hashesAdapter, let hash = summary.adapterHash, hash != record.summary?.adapterHash {
      add("\(place)/adapter.safetensors", "its content has changed since it was recorded")
    }
  }

  /// Folders of trials that the database does not know.
  private mutating func strangers(_ records: [TrialRecord]) {
    let known = Set(records.map(\.number))
    let run = run
    let numbers = attempt("trials") { try run.trialNumbers() } ?? []
    for number in numbers where !known.contains(number) {
      add(
        "trials/\(TrialDirectory.folderName(number))", "the database has no trial \(number)")
    }
  }
}

extension TrialDirectory {
  /// Reads `job.json`.
  ///
  /// - Throws: `RunFileError.damaged`, `RunDirectoryError.cannotRead`.
  public func readJob() throws -> TrialJob {
    try RunFiles.decode(TrialJob.self, from: jobFile)
  }

  /// Reads `result.json`.
  ///
  /// - Throws: `RunFileError.damaged`, `RunDirectoryError.cannotRead`.
  public func readResult() throws -> TrialResult {
    try RunFiles.decode(TrialResult.self, from: resultFile)
  }
}
