import Foundation
import GRDB
import Testing

@testable import RunStore

/// Files that are not what this program wrote.
@Suite struct StoreDamageTests {
  @Test func aMissingDatabaseIsNamed() throws {
    let test = try TestRun()
    try FileManager.default.removeItem(atPath: test.run.storeFile)
    #expect(throws: RunStoreError.missing(path: test.run.storeFile)) { _ = try test.open() }
    #expect(throws: RunStoreError.missing(path: test.run.storeFile)) {
      _ = try RunHistory.open(test.run)
    }
    #expect(throws: RunDirectoryError.incomplete(run: test.run.path, file: "study.sqlite")) {
      _ = try RunDirectory.open(test.run.path)
    }
  }

  @Test func textIsNoDatabase() throws {
    let test = try TestRun()
    try String(repeating: "no database at all\n", count: 100)
      .write(toFile: test.run.storeFile, atomically: false, encoding: .utf8)
    let error = RunStoreError.damaged(
      path: test.run.storeFile, detail: "file is not a database")
    #expect(throws: error) { _ = try test.open() }
    #expect(throws: error) { _ = try RunHistory.open(test.run) }
    #expect(error.exitCode == 65)
  }

  @Test func otherProgramsDatabasesAreRefused() throws {
    let test = try TestRun()
    let error = RunStoreError.foreign(path: test.run.storeFile)
    try test.tamper("PRAGMA application_id = 7")
    #expect(throws: error) { _ = try test.open() }
    #expect(throws: error) { _ = try RunHistory.open(test.run) }
    // An empty file is an empty database to SQLite.
    try Data().write(to: URL(filePath: test.run.storeFile))
    #expect(throws: error) { _ = try test.open() }
  }

  @Test func aNewerSchemaIsRefusedWithBothVersions() throws {
    let test = try TestRun()
    try test.tamper("PRAGMA user_version = 7")
    let error = RunStoreError.newer(
      path: test.run.storeFile, found: 7, known: StoreSchema.migrations.newestVersion)
    #expect(throws: error) { _ = try test.open() }
    #expect(throws: error) { _ = try RunHistory.open(test.run) }
  }

  @Test func anOlderSchemaMigratesAfterABackup() throws {
    let test = try TestRun()
    try test.fill()
    let current = StoreSchema.migrations.newestVersion
    let next = StoreSchema.Migration(
      version: current + 1,
      sql: "ALTER TABLE trial ADD COLUMN note TEXT; UPDATE trial SET note = 'new';")
    let migrations = StoreSchema.migrations + [next]
    let older = RunStoreError.older(
      path: test.run.storeFile, found: current, known: current + 1)
    #expect(throws: older) {
      _ = try StoreConnection.openForReading(test.run.storeFile, migrations: migrations)
    }
    let lock = try RunLock.acquire(test.run)
    let store = try RunStore.open(test.run, lock: lock, migrations: migrations)
    #expect(try store.history.trials().count == 10)
    try store.write { (database) throws -> Void in
      #expect(try Int.fetchOne(database, sql: "PRAGMA user_version") == current + 1)
      #expect(try String.fetchOne(database, sql: "SELECT note FROM trial") == "new")
    }
    let backup = try DatabaseQueue(path: test.run.storeFile + ".schema-\(current)")
    try backup.read { (database) throws -> Void in
      #expect(try Int.fetchOne(database, sql: "SELECT count(*) FROM trial") == 10)
      #expect(try Int.fetchOne(database, sql: "PRAGMA user_version") == current)
    }
  }

  @Test func aFailingMigrationChangesNothing() throws {
    let test = try TestRun()
    try test.fill()
    let bad = StoreSchema.Migration(
      version: StoreSchema.migrations.newestVersion + 1,
      sql: "ALTER TABLE trial ADD COLUMN note TEXT; DROP TABLE nothing;")
    let lock = try RunLock.acquire(test.run)
    #expect(throws: RunStoreError.self) {
      _ = try RunStore.open(test.run, lock: lock, migrations: StoreSchema.migrations + [bad])
    }
    lock.release()
    let (store, _) = try test.open()
    #expect(try store.history.trials().count == 10)
    try store.history.checkPages()
  }

  static let cells: [(String, String)] = [
    (
      "UPDATE trial SET configuration = '{}' WHERE number = 3",
      "table trial, row 3, column configuration: 'groups' is missing"
    ),
    (
      "UPDATE trial SET point = '[1]' WHERE number = 3",
      "table trial, row 3, column point: the text is not of the expected kind"
    ),
    (
      "UPDATE trial SET costs = '{\"parameters\":{\"trained\":\"x\"}}' WHERE number = 2",
      "table trial, row 2, column costs: 'parameters.trained' is not a whole number"
    ),
    (
      "UPDATE trial SET costs = 'broken' WHERE number = 2",
      "table trial, row 2, column costs: the text is not valid JSON of this kind"
    ),
    (
      "UPDATE trial SET state = 'lost' WHERE number = 4",
      "table trial, row 4, column state: 'lost' is unknown"
    ),
    (
      "UPDATE trial SET origin = 'heaven' WHERE number = 4",
      "table trial, row 4, column origin: 'heaven' is unknown"
    ),
  ]

  @Test(arguments: cells)
  func damagedCellsAreNamed(sql: String, text: String) throws {
    let test = try TestRun()
    try test.fill()
    try test.tamper(sql)
    let history = try RunHistory.open(test.run)
    let error = #expect(throws: RunStoreError.self) { _ = try history.trials() }
    #expect(error?.description == "\(test.run.storeFile) is damaged: \(text).")
    #expect(error?.exitCode == 65)
  }

  @Test func aStudyWithoutItsRowIsDamaged() throws {
    let test = try TestRun()
    try test.tamper("DELETE FROM study")
    let error = RunStoreError.damaged(
      path: test.run.storeFile, detail: "table study has no row")
    #expect(throws: error) { _ = try test.open() }
    #expect(throws: error) { _ = try RunHistory.open(test.run).settings() }
  }

  @Test func aFileCutAnywhereIsNeverReadAsWhole() throws {
    let test = try TestRun()
    try test.fill()
    let whole = try Data(contentsOf: URL(filePath: test.run.storeFile))
    let expected = try RunHistory.open(test.run).trials()
    for size in stride(from: 1, to: whole.count, by: 1531) {
      try whole.prefix(size).write(to: URL(filePath: test.run.storeFile))
      try expectDamageOrEqual(test, expected, "cut at \(size)")
    }
  }

  @Test func aFlippedByteIsFoundOrHarmless() throws {
    let test = try TestRun()
    try test.fill()
    let whole = try Data(contentsOf: URL(filePath: test.run.storeFile))
    let expected = try RunHistory.open(test.run).trials()
    // The first bytes of every page: its kind, its cells, its pointers.
    for page in stride(from: 0, to: whole.count, by: 4096) {
      for offset in [0, 1, 5, 8, 30] where page + offset < whole.count {
        var bytes = whole
        bytes[page + offset] ^= 0xFF
        try bytes.write(to: URL(filePath: test.run.storeFile))
        try expectDamageOrEqual(test, expected, "byte \(page + offset)")
      }
    }
  }

  /// Either a clear error, or exactly what was written.
  private func expectDamageOrEqual(
    _ test: TestRun, _ expected: [TrialRecord], _ place: String
  ) throws {
    for suffix in ["-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: test.run.storeFile + suffix)
    }
    do {
      let (store, lock) = try test.open()
      defer { lock.release() }
      let trials = try store.history.trials()
      #expect(trials == expected, "\(place)")
    } catch let error as RunStoreError {
      #expect([65, 2, 1].contains(error.exitCode), "\(place): \(error)")
    }
  }
}
