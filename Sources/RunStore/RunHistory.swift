public import Foundation
internal import GRDB
public import SearchSpaces

/// The database of one run, as everybody may read it while a search goes on.
///
/// Each method is one short transaction on a read-only connection; in WAL mode it never makes the
/// controller wait.
public final class RunHistory: Sendable {
  public let run: RunDirectory
  private let queue: DatabaseQueue

  init(run: RunDirectory, queue: DatabaseQueue) {
    self.run = run
    self.queue = queue
  }

  /// Opens a run's database for reading only.
  ///
  /// - Throws: `RunStoreError` for a missing, damaged, foreign, newer or older file.
  public static func open(_ run: RunDirectory) throws -> RunHistory {
    let queue = try StoreConnection.openForReading(
      run.storeFile, migrations: StoreSchema.migrations)
    return RunHistory(run: run, queue: queue)
  }

  /// What decided the study's course.
  public func settings() throws -> StudySettings {
    try studyCell("settings")
  }

  /// How far the study goes.
  public func budget() throws -> StudyBudget {
    try studyCell("budget")
  }

  /// The counter of the newest controller.
  public func fence() throws -> Int {
    try read { try Int.fetchOne($0, sql: "SELECT fence FROM study") ?? 0 }
  }

  /// Wall time of all sittings together, in seconds.
  public func elapsedSeconds() throws -> Double {
    try read { try Double.fetchOne($0, sql: "SELECT elapsedSeconds FROM study") ?? 0 }
  }

  /// When the run was made.
  public func createdAt() throws -> Date {
    let seconds = try read { try Double.fetchOne($0, sql: "SELECT createdAt FROM study") ?? 0 }
    return Date(timeIntervalSince1970: seconds)
  }

  /// All trials in the order of their numbers.
  public func trials() throws -> [TrialRecord] {
    try read(trials(_:))
  }

  /// All trials and the event log at one moment.
  public func snapshot() throws -> (trials: [TrialRecord], events: [EventRecord]) {
    try read { (try trials($0), try events($0)) }
  }

  /// One trial.
  public func trial(_ number: Int) throws -> TrialRecord {
    try read { try trial(number, $0) }
  }

  /// When trials ran and what they used, by number; trials that never started are absent.
  public func times() throws -> [Int: TrialTimes] {
    let rows = try read { try Row.fetchAll($0, sql: "SELECT * FROM timing") }
    let times = rows.map { row in
      TrialTimes(
        trial: row["trial"], startedAt: date(row["startedAt"]),
        recordedAt: (row["recordedAt"] as Double?).map(date), seconds: row["seconds"],
        peakMemoryBytes: row["peakMemoryBytes"], logTail: row["logTail"])
    }
    return Dictionary(uniqueKeysWithValues: times.map { ($0.trial, $0) })
  }

  /// The event log from its start.
  public func events() throws -> [EventRecord] {
    try read(events(_:))
  }

  /// How the fits behind proposals went, by trial; trials without one are absent.
  public func fits() throws -> [Int: FitDiagnostics] {
    let rows = try read {
      try Row.fetchAll(
        $0,
        sql: """
          SELECT sequence, trial, json_extract(payload, '$.fit') AS fit FROM event
          WHERE kind = 'proposed' AND json_extract(payload, '$.fit') IS NOT NULL
          """)
    }
    return try Dictionary(
      uniqueKeysWithValues: rows.map { row in
        (row["trial"] as Int, try decode(row["fit"], "event", row["sequence"], "payload"))
      })
  }

  /// The operational log from its start.
  public func operations() throws -> [OperationRecord] {
    let rows = try read { try Row.fetchAll($0, sql: "SELECT * FROM operation ORDER BY sequence") }
    return rows.map { row in
      OperationRecord(
        sequence: row["sequence"], kind: row["kind"], trial: row["trial"], detail: row["detail"],
        at: date(row["at"]))
    }
  }

  /// All sittings of workers on a trial.
  public func attempts(_ number: Int) throws -> [AttemptRecord] {
    let rows = try read {
      try Row.fetchAll(
        $0, sql: "SELECT * FROM attempt WHERE trial = ? ORDER BY number", arguments: [number])
    }
    return rows.map { row in
      AttemptRecord(
        trial: row["trial"], number: row["number"], fence: row["fence"], step: row["step"],
        outcome: row["outcome"])
    }
  }

  /// The report of the evaluation on the test split; nil while the test split is unopened.
  public func evaluation<Report: Decodable>(_: Report.Type) throws -> Report? {
    let text = try read { try String.fetchOne($0, sql: "SELECT report FROM evaluation") }
    return try text.map { try decode($0, "evaluation", 1, "report") }
  }

  /// Runs SQLite's full check of every page and every index.
  public func checkPages() throws {
    try read {
      try StoreConnection.checkPages($0, path: run.storeFile, pragma: "integrity_check")
    }
  }
}

extension RunHistory {
  private func trials(_ database: Database) throws -> [TrialRecord] {
    try Row.fetchAll(database, sql: "SELECT * FROM trial ORDER BY number").map(trial(from:))
  }

  private func events(_ database: Database) throws -> [EventRecord] {
    try Row.fetchAll(database, sql: "SELECT * FROM event ORDER BY sequence").map { row in
      guard let kind = EventRecord.Kind(rawValue: row["kind"]) else {
        throw damaged("event", row["sequence"], "kind", "'\(row["kind"] as String)' is unknown")
      }
      return EventRecord(
        sequence: row["sequence"], kind: kind, trial: row["trial"], payload: row["payload"],
        at: date(row["at"]))
    }
  }

  func trial(_ number: Int, _ database: Database) throws -> TrialRecord {
    let row = try Row.fetchOne(
      database, sql: "SELECT * FROM trial WHERE number = ?", arguments: [number])
    guard let row else { throw RunStoreError.unknownTrial(path: run.storeFile, number: number) }
    return try trial(from: row)
  }

  private func trial(from row: Row) throws -> TrialRecord {
    let number: Int = row["number"]
    let state = TrialState(rawValue: row["state"])
    let origin = TrialOrigin(rawValue: row["origin"])
    guard let state else {
      throw damaged("trial", number, "state", "'\(row["state"] as String)' is unknown")
    }
    guard let origin else {
      throw damaged("trial", number, "origin", "'\(row["origin"] as String)' is unknown")
    }
    let trial = Trial(
      number: number, state: state, origin: origin,
      point: try (row["point"] as String?).map { try decode($0, "trial", number, "point") },
      configuration: try decode(row["configuration"], "trial", number, "configuration"),
      costs: try decode(row["costs"], "trial", number, "costs"), score: row["score"],
      failure: row["failure"],
      design: try (row["design"] as String?).map { try decode($0, "trial", number, "design") },
      fidelity: try (row["fidelity"] as String?)
        .map { try decode($0, "trial", number, "fidelity") })
    return TrialRecord(
      trial: trial, replicate: row["replicate"], identity: row["identity"],
      seenThrough: row["seenThrough"],
      summary: try (row["summary"] as String?).map { try decode($0, "trial", number, "summary") })
  }

  private func studyCell<Value: Decodable>(_ column: String) throws -> Value {
    let text = try read { try String.fetchOne($0, sql: "SELECT \(column) FROM study") }
    guard let text else {
      throw RunStoreError.damaged(path: run.storeFile, detail: "table study has no row")
    }
    return try decode(text, "study", 1, column)
  }

  private func decode<Value: Decodable>(
    _ text: String, _ table: String, _ row: Int, _ column: String
  ) throws -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    } catch let error as DecodingError {
      throw damaged(table, row, column, JSONFault(error).description)
    }
  }

  private func damaged(
    _ table: String, _ row: Int, _ column: String, _ detail: String
  ) -> RunStoreError {
    .damagedRow(path: run.storeFile, table: table, row: row, column: column, detail: detail)
  }

  private func date(_ seconds: Double) -> Date {
    Date(timeIntervalSince1970: seconds)
  }

  private func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try StoreConnection.mapping(run.storeFile) { try queue.read(body) }
  }
}
