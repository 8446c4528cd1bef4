import Foundation
import GRDB
import SearchSpaces
import Testing

@testable import RunStore

@Suite struct RunStoreTests {
  @Test func whatIsWrittenIsReadAgain() throws {
    let test = try TestRun()
    let (store, lock) = try test.open()
    #expect(try store.history.settings() == TestRun.settings)
    #expect(try store.history.budget() == TestRun.budget)
    let added = try store.propose([TestRun.candidate(3), TestRun.candidate(5)])
    #expect(added.map(\.number) == [1, 2])
    #expect(added.map(\.state) == [.waiting, .waiting])
    #expect(try store.recordStart(1, step: 0) == 1)
    #expect(try store.recordStart(1, step: 70) == 2)
    let summary = TrialSummary(
      metrics: ["accuracy": 0.1 + 0.2], bestEpoch: 2, steps: 90, adapterHash: "ab")
    try store.recordResult(
      1, .complete(score: 0.1 + 0.2, summary), seconds: 3, peakMemoryBytes: 4)
    try store.recordResult(2, .failed(reason: "no luck", TrialSummary()), logTail: "tail")
    try store.close()
    lock.release()

    let history = try RunHistory.open(test.run)
    let trials = try history.trials()
    #expect(trials[0].trial.score == 0.1 + 0.2)
    #expect(trials[0].summary == summary)
    #expect(trials[0].trial.configuration == TestRun.candidate(3).configuration)
    #expect(trials[0].trial.costs == TestRun.candidate(3).costs)
    #expect(trials[0].trial.point == ["rank": .integer(3)])
    #expect(trials[1].trial.failure == "no luck")
    #expect(trials[1].state == .failed)
    #expect(try history.times()[2]?.logTail == "tail")
    #expect(try history.attempts(1).map(\.step) == [0, 70])
    #expect(try history.attempts(1).map(\.fence) == [1, 1])
    #expect(try history.attempts(1).map(\.outcome) == [nil, "finished"])
    #expect(
      try history.events().map(\.kind) == [.created, .proposed, .proposed, .recorded, .recorded])
    #expect(try history.events().map(\.sequence) == [1, 2, 3, 4, 5])
    #expect(
      try history.events()[4].line
        == #"5 recorded 2 {"failure":"no luck","state":"failed","summary":{"metrics":{},"steps":0}}"#
    )
    try history.checkPages()
  }

  @Test func aFreshRunHasTheDurableModes() throws {
    let test = try TestRun()
    let (store, _) = try test.open()
    #expect(store.journal == .writeAhead)
    #expect(store.journal.notice == nil)
    try store.write { (database) throws -> Void in
      #expect(try String.fetchOne(database, sql: "PRAGMA journal_mode") == "wal")
      #expect(try Int.fetchOne(database, sql: "PRAGMA synchronous") == 2)
      #expect(try Int.fetchOne(database, sql: "PRAGMA foreign_keys") == 1)
    }
  }

  @Test func aNetworkedFileSystemGetsARollbackJournal() throws {
    let test = try TestRun()
    let queue = try DatabaseQueue(path: test.run.storeFile)
    try StoreJournal.rollback(fileSystem: "nfs4").apply(to: queue)
    let mode = try queue.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") }
    #expect(mode == "delete")
    #expect(
      StoreJournal.rollback(fileSystem: "nfs4").notice
        == "the run stands on a networked file system (nfs4): the database uses a rollback journal, "
        + "and 'status' may wait for a moment while a result is written.")
  }

  @Test func nothingIsHalfProposed() throws {
    let test = try TestRun()
    let (store, _) = try test.open()
    _ = try store.propose([TestRun.candidate(1)])
    #expect(throws: RunStoreError.duplicate(identity: "rank 1", trial: 1)) {
      _ = try store.propose([TestRun.candidate(2), TestRun.candidate(1)])
    }
    #expect(try store.history.trials().count == 1)
    #expect(try store.history.events().count == 2)
    let again = try store.propose([TestRun.candidate(1, replicate: 1)])
    #expect(again.map(\.number) == [2])
    #expect(again.map(\.trial.origin) == [.confirmation])
  }

  /// One configuration may be trained in several blocks of a design.
  @Test func theDesignOfATrialIsKept() throws {
    let test = try TestRun()
    let (store, _) = try test.open()
    let cells = [
      DesignCell(arms: [DesignArm("grouping", "spindle"), DesignArm("allocation", "é")], block: 3),
      DesignCell(arms: [DesignArm("control", "A/A")], block: 3, noise: 500_003),
    ]
    for cell in cells {
      var trial = TestRun.candidate(1)
      trial.identity = trial.configuration.trainingIdentity(noise: cell.noise)
      trial.design = cell
      _ = try store.propose([trial])
    }
    let trials = try store.history.trials()
    #expect(trials.map(\.trial.design) == cells)
    #expect(trials.map(\.identity) == trials.map(\.trial.trainingIdentity))
    #expect(trials[0].identity.hasSuffix("@3") && trials[1].identity.hasSuffix("@500003"))
  }

  /// Kept with the event; a trial without one, and a run from before it was kept, have none.
  @Test func theFitBehindAProposalIsKept() throws {
    let test = try TestRun()
    let (store, lock) = try test.open()
    defer { lock.release() }
    let fit = FitDiagnostics(rHat: 1.0625, effectiveDraws: 0.1 + 0.2, divergences: 2, draws: 64)
    var chosen = TestRun.candidate(2)
    chosen.fit = fit
    var short = TestRun.candidate(4)
    short.fit = FitDiagnostics(rHat: nil, effectiveDraws: nil, divergences: 0, draws: 2)
    _ = try store.propose([TestRun.candidate(1), chosen, short])
    #expect(try store.history.fits() == [2: fit, 3: try #require(short.fit)])
    let payloads = try store.history.events().map(\.payload)
    #expect(!payloads[1].contains("fit") && payloads[2].contains("\"divergences\":2"))
  }

  @Test func aResultCountsOnce() throws {
    let test = try TestRun()
    let (store, _) = try test.open()
    let path = test.run.storeFile
    _ = try store.propose([TestRun.candidate(1)])
    try store.recordResult(1, .complete(score: 1, TrialSummary()))
    let error = RunStoreError.wrongState(
      path: path, number: 1, state: "complete", expected: "waiting or running")
    #expect(throws: error) {
      try store.recordResult(1, .complete(score: 0.5, TrialSummary()))
    }
    #expect(throws: error) { try store.recordStart(1, step: 0) }
    #expect(throws: RunStoreError.unknownTrial(path: path, number: 9)) {
      try store.recordStart(9, step: 0)
    }
    #expect(throws: RunStoreError.unknownTrial(path: path, number: 9)) {
      _ = try store.history.trial(9)
    }
    #expect(try store.history.trial(1).trial.score == 1)
  }

  @Test func theSchemaRefusesAScoreThatIsNoNumber() throws {
    let test = try TestRun()
    let (store, _) = try test.open()
    _ = try store.propose([TestRun.candidate(1)])
    #expect(throws: RunStoreError.self) {
      try store.recordResult(1, .complete(score: .nan, TrialSummary()))
    }
    #expect(try store.history.trial(1).state == .waiting)
    #expect(try store.history.events().count == 2)
  }

  @Test func infinitiesRoundTrip() throws {
    let test = try TestRun()
    let (store, _) = try test.open()
    _ = try store.propose([TestRun.candidate(1)])
    try store.recordResult(1, .complete(score: -1e308, TrialSummary()))
    #expect(try store.history.trial(1).trial.score == -1e308)
  }

  @Test func readersSeeTheLastCommitWhileTheWriterWorks() throws {
    let test = try TestRun()
    let (store, _) = try test.open()
    _ = try store.propose([TestRun.candidate(1)])
    let reader = try RunHistory.open(test.run)
    try store.write { (database) throws -> Void in
      try database.execute(sql: "UPDATE trial SET failure = 'x', state = 'failed'")
      #expect(try reader.trials().map(\.state) == [.waiting])
      let late = try RunHistory.open(test.run)
      #expect(try late.trials().count == 1)
    }
    #expect(try reader.trials().map(\.state) == [.failed])
    _ = try store.propose([TestRun.candidate(2)])
    #expect(try reader.trials().count == 2)
  }

  @Test func aStaleControllerCanWriteNothing() throws {
    let test = try TestRun()
    let (old, oldLock) = try test.open()
    _ = try old.propose([TestRun.candidate(1)])
    // Somebody removes the lock file under a living controller.
    try FileManager.default.removeItem(atPath: test.run.lockFile)
    let (new, newLock) = try test.open()
    #expect(oldLock.owner.fence == 1)
    #expect(newLock.owner.fence == 2)
    let error = RunStoreError.superseded(path: test.run.storeFile, fence: 1, current: 2)
    #expect(throws: error) { _ = try old.propose([TestRun.candidate(2)]) }
    #expect(throws: RunStoreError.stopped(path: test.run.storeFile, cause: "\(error)")) {
      try old.recordStart(1, step: 0)
    }
    _ = try new.propose([TestRun.candidate(2)])
    #expect(try new.history.trials().count == 2)
  }

  @Test func aFullDiskLosesNothingAndStopsWriting() throws {
    let test = try TestRun()
    let (store, lock) = try test.open()
    _ = try store.propose([TestRun.candidate(1)])
    try store.write { database in
      let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
      _ = try Int.fetchOne(database, sql: "PRAGMA max_page_count = \(pages)")
    }
    let path = test.run.storeFile
    var added = 1
    #expect(throws: RunStoreError.diskFull(path: path)) {
      for rank in 2...1000 {
        _ = try store.propose([TestRun.candidate(rank)])
        added += 1
      }
    }
    #expect(throws: RunStoreError.self) { try store.note("test", "more") }
    try store.close()
    lock.release()
    let (next, _) = try test.open()
    #expect(try next.history.trials().count == added)
    _ = try next.propose([TestRun.candidate(2000)])
  }

  @Test func timeAndNotesAddUp() throws {
    let test = try TestRun()
    let (store, _) = try test.open()
    try store.addElapsed(1.5)
    try store.addElapsed(2)
    try store.addElapsed(-7)
    try store.note("sitting", "search")
    try store.setBudget(StudyBudget(trials: 50, keep: .all))
    try store.recordExhausted()
    #expect(try store.history.elapsedSeconds() == 3.5)
    #expect(try store.history.operations().map(\.kind) == ["sitting", "budget"])
    #expect(try store.history.budget() == StudyBudget(trials: 50, keep: .all))
    #expect(try store.history.events().last?.kind == .exhausted)
    #expect(try store.history.evaluation([String: Int].self) == nil)
    try store.recordEvaluation(["a": 1])
    #expect(try store.history.evaluation([String: Int].self) == ["a": 1])
    #expect(throws: RunStoreError.self) { try store.recordEvaluation(["a": 2]) }
  }

  @Test func defaultWindows() {
    #expect(StudySettings.defaultWindow(parallel: 1) == 1)
    #expect(StudySettings.defaultWindow(parallel: 2) == 4)
    #expect(StudySettings.defaultWindow(parallel: 8) == 16)
  }
}
