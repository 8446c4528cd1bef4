internal import Foundation
internal import GRDB

/// How a connection to `study.sqlite` is opened, and how SQLite's faults become sentences.
enum StoreConnection {
  /// How long a writer waits for a reader that holds a rollback-journal database, in seconds.
  static let patience = 20.0

  /// Opens for writing and checks that the file is a sound database of this program.
  static func openForWriting(
    _ path: String, migrations: [StoreSchema.Migration]
  ) throws -> (queue: DatabaseQueue, journal: StoreJournal) {
    guard FileTree.exists(path) else { throw RunStoreError.missing(path: path) }
    return try mapping(path) {
      var configuration = Configuration()
      configuration.busyMode = .timeout(patience)
      configuration.label = "study"
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.read { try check($0, path: path, migrations: migrations, isWriter: true) }
      let journal = try StoreJournal.suited(to: path)
      try journal.apply(to: queue)
      return (queue, journal)
    }
  }

  /// Opens for reading only; never blocks a writer in WAL mode.
  static func openForReading(
    _ path: String, migrations: [StoreSchema.Migration]
  ) throws -> DatabaseQueue {
    guard FileTree.exists(path) else { throw RunStoreError.missing(path: path) }
    return try mapping(path) {
      var configuration = Configuration()
      configuration.readonly = true
      configuration.busyMode = .timeout(patience)
      configuration.label = "history"
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.read { try check($0, path: path, migrations: migrations, isWriter: false) }
      return queue
    }
  }

  /// Checks the header, the pages, and the schema's version.
  private static func check(
    _ database: Database, path: String, migrations: [StoreSchema.Migration], isWriter: Bool
  ) throws {
    let owner = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
    guard owner == StoreSchema.applicationID else { throw RunStoreError.foreign(path: path) }
    let known = migrations.newestVersion
    let found = try version(database)
    guard found <= known else {
      throw RunStoreError.newer(path: path, found: found, known: known)
    }
    if !isWriter && found < known {
      throw RunStoreError.older(path: path, found: found, known: known)
    }
    if isWriter { try checkPages(database, path: path, pragma: "quick_check") }
  }

  static func version(_ database: Database) throws -> Int {
    try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
  }

  /// Runs one of SQLite's own checks and turns its findings into an error.
  static func checkPages(_ database: Database, path: String, pragma: String) throws {
    let findings = try String.fetchAll(database, sql: "PRAGMA \(pragma)(3)")
    guard findings == ["ok"] else {
      let words = findings.map { $0.replacingOccurrences(of: "\n", with: " ") }
      throw RunStoreError.damaged(path: path, detail: words.joined(separator: "; "))
    }
  }

  /// Runs a body and gives SQLite's errors this program's words.
  static func mapping<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as DatabaseError {
      throw storeError(error, path: path)
    }
  }

  private static func storeError(_ error: DatabaseError, path: String) -> RunStoreError {
    let detail = error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
    return switch error.resultCode {
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: .damaged(path: path, detail: detail)
    case .SQLITE_FULL: .diskFull(path: path)
    case .SQLITE_IOERR: .inputOutput(path: path, detail: detail)
    case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
      .noPermission(path: path, detail: detail)
    case .SQLITE_BUSY, .SQLITE_LOCKED: .busy(path: path)
    case .SQLITE_CONSTRAINT: .refused(path: path, detail: detail)
    default: .unexpected(path: path, detail: detail)
    }
  }
}

/// How SQLite keeps a transaction whole, by what the file system can do.
public enum StoreJournal: Sendable, Equatable {
  /// Write-ahead log with a flush at each commit: readers never block the writer.
  case writeAhead
  /// Rollback journal, because the WAL needs memory shared by all processes of one machine, which
  /// a networked file system does not give.
  case rollback(fileSystem: String)

  /// The choice for the folder that a database stands in.
  static func suited(to path: String) throws -> StoreJournal {
    let facts = try FileSystemFacts(of: path)
    return facts.isNetworked ? .rollback(fileSystem: facts.kind) : .writeAhead
  }

  /// What a user should know of it; nil where there is nothing to say.
  public var notice: String? {
    guard case .rollback(let fileSystem) = self else { return nil }
    return "the run stands on a networked file system (\(fileSystem)): the database uses a "
      + "rollback journal, and 'status' may wait for a moment while a result is written."
  }

  func apply(to queue: DatabaseQueue) throws {
    try queue.writeWithoutTransaction { try apply(to: $0) }
  }

  /// Sets the connection; each commit is flushed to the device in both modes.
  func apply(to database: Database) throws {
    let mode = self == .writeAhead ? "WAL" : "DELETE"
    let chosen = try String.fetchOne(database, sql: "PRAGMA journal_mode = \(mode)")
    guard chosen?.uppercased() == mode else {
      throw DatabaseError(
        resultCode: .SQLITE_ERROR,
        message: "journal mode \(mode) was not accepted, got \(chosen ?? "nothing")")
    }
    try database.execute(sql: "PRAGMA synchronous = FULL")
  }
}
