public import Foundation
internal import GRDB
internal import Synchronization

/// The database of one run, as its one controller writes it.
///
/// Each method is one transaction, flushed to the disk when it returns. Every transaction first
/// compares the fencing counter with the stored one, so a controller that was taken for dead and
/// comes back can write nothing. After an error of the disk all further writes are refused: what
/// reached the device is unknown, and only a fresh opening reads it back.
public final class RunStore: Sendable {
  public let run: RunDirectory
  /// The reading side, on the same connection.
  public let history: RunHistory
  /// How transactions are kept whole here.
  public let journal: StoreJournal
  /// The counter that this controller's writes carry.
  public let fence: Int
  private let queue: DatabaseQueue
  private let fault = Mutex<RunStoreError?>(nil)

  private init(run: RunDirectory, queue: DatabaseQueue, journal: StoreJournal, fence: Int) {
    self.run = run
    self.queue = queue
    self.journal = journal
    self.fence = fence
    history = RunHistory(run: run, queue: queue)
  }

  /// Makes the database of a new run and closes it again.
  public static func create(
    _ run: RunDirectory, settings: StudySettings, budget: StudyBudget, at date: Date = Date()
  ) throws {
    let path = run.storeFile
    try StoreConnection.mapping(path) {
      let queue = try DatabaseQueue(path: path)
      try StoreJournal.suited(to: run.path).apply(to: queue)
      try queue.writeWithoutTransaction {
        try $0.execute(sql: "PRAGMA application_id = \(StoreSchema.applicationID)")
      }
      try migrate(queue, StoreSchema.migrations)
      try queue.write { database in
        try database.execute(
          sql: "INSERT INTO study (id, settings, budget, createdAt) VALUES (1, ?, ?, ?)",
          arguments: [
            try CanonicalJSON.text(settings), try CanonicalJSON.text(budget),
            date.timeIntervalSince1970,
          ])
        try RunStore.append(
          .created, trial: nil, payload: try CanonicalJSON.text(settings), at: date, database)
      }
      try queue.close()
    }
  }

  /// Opens the database for its controller: checks it, migrates it, raises the fencing counter.
  ///
  /// - Parameter lock: the proof that no other controller lives; the counter is written into it.
  /// - Throws: `RunStoreError`, one case for each way in which the file may be unusable.
  public static func open(_ run: RunDirectory, lock: RunLock) throws -> RunStore {
    try open(run, lock: lock, migrations: StoreSchema.migrations)
  }

  static func open(
    _ run: RunDirectory, lock: RunLock, migrations: [StoreSchema.Migration]
  ) throws -> RunStore {
    let path = run.storeFile
    let (queue, journal) = try StoreConnection.openForWriting(path, migrations: migrations)
    return try StoreConnection.mapping(path) {
      try backUpIfOlder(queue, run: run, migrations: migrations)
      try migrate(queue, migrations)
      let fence = try queue.write { database in
        try database.execute(sql: "UPDATE study SET fence = fence + 1")
        return try Int.fetchOne(database, sql: "SELECT fence FROM study")
      }
      guard let fence else {
        throw RunStoreError.damaged(path: path, detail: "table study has no row")
      }
      try lock.stamp(fence: fence)
      return RunStore(run: run, queue: queue, journal: journal, fence: fence)
    }
  }

  /// Closes the connection; SQLite folds the write-ahead log into the file.
  public func close() throws {
    try StoreConnection.mapping(run.storeFile) { try queue.close() }
  }

  /// Runs one transaction as the controller that holds the fence.
  func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
    let path = run.storeFile
    if let cause = fault.withLock({ $0 }) {
      throw RunStoreError.stopped(path: path, cause: "\(cause)")
    }
    do {
      return try StoreConnection.mapping(path) {
        try queue.write { database in
          let current = try Int.fetchOne(database, sql: "SELECT fence FROM study") ?? 0
          guard current == fence else {
            throw RunStoreError.superseded(path: path, fence: fence, current: current)
          }
          return try body(database)
        }
      }
    } catch let error as RunStoreError {
      switch error {
      case .diskFull, .inputOutput, .damaged, .superseded: fault.withLock { $0 = $0 ?? error }
      default: break
      }
      throw error
    }
  }

  /// Appends to the event log inside a transaction; numbers are dense.
  static func append(
    _ kind: EventRecord.Kind, trial: Int?, payload: String, at date: Date, _ database: Database
  ) throws {
    try database.execute(
      sql: """
        INSERT INTO event (sequence, kind, trial, payload, at)
        VALUES ((SELECT coalesce(max(sequence), 0) + 1 FROM event), ?, ?, ?, ?)
        """,
      arguments: [kind.rawValue, trial, payload, date.timeIntervalSince1970])
  }

  private static func migrate(
    _ queue: DatabaseQueue, _ migrations: [StoreSchema.Migration]
  ) throws {
    for migration in migrations {
      try queue.write { database in
        guard try StoreConnection.version(database) < migration.version else { return }
        try database.execute(sql: migration.sql)
        try database.execute(sql: "PRAGMA user_version = \(migration.version)")
      }
    }
  }

  /// Copies the database beside itself before the first migration touches it.
  private static func backUpIfOlder(
    _ queue: DatabaseQueue, run: RunDirectory, migrations: [StoreSchema.Migration]
  ) throws {
    let found = try queue.read { try StoreConnection.version($0) }
    guard found < migrations.newestVersion else { return }
    let backup = run.storeFile + ".schema-\(found)"
    guard !FileTree.exists(backup) else { return }
    let draft = backup + ".tmp"
    try FileTree.remove(draft)
    try queue.vacuum(into: draft)
    try FileTree.rename(draft, to: backup)
  }
}
