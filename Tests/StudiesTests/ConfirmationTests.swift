import Executors
import Foundation
import RunStore
import SearchSpaces
import Statistics
import Synchronization
import Testing
import Training

@testable import Studies

@Suite struct ConfirmationTests {
  /// Scores an adapter on a test split of eight examples, and counts the openings.
  final class Examiner: Sendable {
    private let openings = Mutex(0)
    var count: Int { openings.withLock { $0 } }

    @Sendable func score(
      _ record: TrialRecord, _ trial: TrialDirectory
    ) async throws -> (score: Double, examples: [Double]) {
      openings.withLock { $0 += 1 }
      #expect(trial.hasAdapter)
      let bits = (0..<8).map { Double((record.number * 31 + $0 * 7) % 3 == 0 ? 0 : 1) }
      return (bits.reduce(0, +) / 8, bits)
    }
  }

  private func searched() async throws -> FakeStudy {
    let fake = try FakeStudy("confirmation")
    try fake.create()
    _ = try await fake.sit(executor: FakeStudy.inline(2))
    return fake
  }

  private func confirm(
    _ fake: FakeStudy, top: Int = 3, seeds: Int = 4, races: Bool = false,
    examiner: Examiner? = nil,
    executor: any Executor = FakeStudy.inline(2),
    pulse: @escaping @Sendable () throws -> Void = {}
  ) async throws -> ConfirmationReport? {
    var report: ConfirmationReport?
    _ = try await fake.sit(
      executor: executor, pulse: pulse,
      body: { study in
        let confirmation = try Confirmation(study, top: top, seeds: seeds, races: races)
        report = try await confirmation.run(evaluateOnTest: examiner?.score)
        return .complete
      })
    return report
  }

  @Test func theBestIsComparedWithTheBestReference() async throws {
    let fake = try await searched()
    defer { fake.remove() }
    let history = try RunHistory.open(fake.run)
    let report = try #require(try BestReport.read(history))
    let trials = try history.trials()
    let best = try #require(trials.compactMap(\.trial.score).max())
    #expect(report.best.trial.score == best)
    #expect(try history.rankedTrials().first?.number == report.best.number)
    #expect(report.reference?.trial.origin == .reference)
    #expect(report.triedConfigurations == 12)
    #expect(report.failedConfigurations == trials.count { $0.state == .failed })
    if let difference = report.difference, let reference = report.reference?.trial.score {
      #expect(abs(difference.mean - (best - reference)) < 1e-12)
      #expect(difference.count == 50)
    } else {
      #expect(report.best.number == report.reference?.number)
    }
    #expect(!report.front.isEmpty)
  }

  @Test func aRunWithoutCompleteTrialsHasNoBest() throws {
    let fake = try FakeStudy("none")
    defer { fake.remove() }
    try fake.create()
    #expect(try BestReport.read(RunHistory.open(fake.run)) == nil)
  }

  @Test func finalistsAreRetrainedOnFreshSeeds() async throws {
    let fake = try await searched()
    defer { fake.remove() }
    let examiner = Examiner()
    let report = try #require(try await confirm(fake, examiner: examiner))
    let history = try RunHistory.open(fake.run)
    let retrained = try history.trials().filter { $0.trial.origin == .confirmation }
    #expect(Set(retrained.map(\.replicate)) == [1, 2, 3, 4])
    #expect(retrained.count == report.finalists.count * 4)
    #expect(report.finalists.contains { $0.origin == "reference" })
    for finalist in report.finalists {
      #expect(finalist.scores.count + finalist.failures == 4)
    }
    let means = report.finalists.map { $0.mean ?? -1 }
    #expect(means == means.sorted(by: >))
    #expect(report.winner == report.finalists[0].trial)
    let test = try #require(report.test)
    #expect(test.winner.count == report.finalists[0].scores.count)
    let again = try history.evaluation(ConfirmationReport.self)
    #expect(again == report)
    #expect(try RunVerification(fake.run).problems.map(\.place) == ["space.yaml"])
  }

  /// Who is still in a race has every seed, and the winner is one of them; who left was behind in
  /// every block that they share with it.
  @Test func aRaceTrainsOnlyContenders() async throws {
    let fake = try await searched()
    defer { fake.remove() }
    let report = try #require(
      try await confirm(
        fake, top: 8, seeds: 8, races: true, executor: FakeStudy.inline(2, .unequal)))
    let counts = report.finalists.map(\.retrainings)
    #expect(counts[0] == 8 && counts == counts.sorted(by: >))
    #expect(counts.contains { $0 < 8 } && counts.allSatisfy { $0 >= ContenderRace.fewestBlocks })
    let reference = try #require(report.finalists.first { $0.trial == report.reference })
    #expect(reference.retrainings == 8)
    #expect(report.winner == report.finalists[0].trial && report.difference != nil)
    let left = report.finalists.filter { $0.retrainings < 8 }
    #expect(left.allSatisfy { ($0.mean ?? 0) < (report.finalists[0].mean ?? 0) })
    // The same race again finds nothing to train.
    #expect(
      try await confirm(fake, top: 8, seeds: 8, races: true, executor: FakeStudy.inline(2))
        == report)
  }

  @Test func aRaceThatCrashesGoesOn() async throws {
    let whole = try await searched()
    defer { whole.remove() }
    let expected = try await confirm(
      whole, top: 4, seeds: 5, races: true, executor: FakeStudy.inline(2, .unequal))
    for pulses in [3, 20, 45] {
      let fake = try await searched()
      defer { fake.remove() }
      let fuse = StudyResumeTests.Fuse(pulses)
      await #expect(throws: StudyResumeTests.Crash.self) {
        _ = try await confirm(
          fake, top: 4, seeds: 5, races: true, executor: FakeStudy.inline(2, .unequal),
          pulse: { try fuse.burn() })
      }
      let report = try await confirm(
        fake, top: 4, seeds: 5, races: true, executor: FakeStudy.inline(2, .unequal))
      #expect(report == expected)
      #expect(try fake.traces() == whole.traces())
    }
  }

  @Test func theTestSplitIsOpenedOnce() async throws {
    let fake = try await searched()
    defer { fake.remove() }
    let examiner = Examiner()
    let report = try await confirm(fake, examiner: examiner)
    let count = examiner.count
    await #expect(throws: StudyError.testAlreadyOpened(run: fake.run.path)) {
      _ = try await confirm(fake, examiner: examiner)
    }
    #expect(try await confirm(fake) == report)
    #expect(examiner.count == count)
  }

  @Test func withoutExaminerTheTestStaysClosed() async throws {
    let fake = try await searched()
    defer { fake.remove() }
    let first = try #require(try await confirm(fake))
    #expect(first.test == nil)
    let examiner = Examiner()
    let second = try #require(try await confirm(fake, examiner: examiner))
    #expect(second.finalists == first.finalists)
    #expect(second.test != nil)
  }

  @Test func aConfirmationThatCrashesGoesOn() async throws {
    let whole = try await searched()
    defer { whole.remove() }
    let expected = try await confirm(whole, top: 2, seeds: 2)
    let traces = try whole.traces()

    for pulses in [1, 4, 9, 15] {
      let fake = try await searched()
      defer { fake.remove() }
      let fuse = StudyResumeTests.Fuse(pulses)
      await #expect(throws: StudyResumeTests.Crash.self) {
        _ = try await confirm(
          fake, top: 2, seeds: 2, executor: FakeStudy.inline(2, .diesWhenStopped),
          pulse: { try fuse.burn() })
      }
      #expect(try await confirm(fake, top: 2, seeds: 2) == expected)
      #expect(try fake.traces() == traces)
    }
  }

  @Test func confirmationsDoNotChangeALaterSearch() async throws {
    let whole = try FakeStudy("later")
    defer { whole.remove() }
    try whole.create()
    _ = try await whole.sit(executor: FakeStudy.inline(2))
    let expected = try RunHistory.open(whole.run).trials().map(\.trial.configuration)

    var fake = try FakeStudy("between")
    defer { fake.remove() }
    fake.trials = 6
    try fake.create()
    _ = try await fake.sit(executor: FakeStudy.inline(2))
    _ = try await confirm(fake, top: 1, seeds: 2)
    _ = try await fake.sit(
      executor: FakeStudy.inline(2),
      body: { study in
        try study.store.setBudget(StudyBudget(trials: 12))
        return try await study.search()
      })
    let searched = try RunHistory.open(fake.run).trials().filter { $0.replicate == 0 }
    // The strategy sees the same scores under other numbers, which it does not read.
    #expect(searched.map(\.trial.configuration) == expected)
    #expect(try RunVerification(fake.run).problems.map(\.place) == ["space.yaml"])
  }

  @Test func badRequestsAreRefused() async throws {
    var fake = try FakeStudy("bad")
    defer { fake.remove() }
    fake.seconds = 0
    try fake.create()
    await #expect(throws: StudyError.confirmationCounts(top: 1, seeds: 1)) {
      _ = try await confirm(fake, top: 1, seeds: 1)
    }
    await #expect(throws: StudyError.nothingToConfirm(run: fake.run.path)) {
      _ = try await confirm(fake)
    }
    let lock = try RunLock.acquire(fake.run)
    let store = try RunStore.open(fake.run, lock: lock)
    _ = try store.propose([
      NewTrial(
        origin: .model, point: nil, configuration: FakeStudy.configuration(rank: 5),
        costs: FakeStudy.costs(rank: 5), identity: "x")
    ])
    try store.recordStart(1, step: 0)
    try store.close()
    lock.release()
    await #expect(throws: StudyError.unfinishedTrials(count: 1, run: fake.run.path)) {
      _ = try await confirm(fake)
    }
  }
}
