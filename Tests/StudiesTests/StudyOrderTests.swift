import Executors
import Foundation
import Glibc
import RunStore
import SearchSpaces
import SearchStrategies
import Testing
import Training

@testable import Studies

/// What is proposed, and what counts when, is decided by the window and by nothing else.
@Suite struct StudyOrderTests {
  /// Trials that take as long as their number says, differently for each salt.
  private func uneven(_ slots: Int, salt: Int) -> InlineExecutor {
    InlineExecutor(slots: slots) { job, request in
      usleep(UInt32((job.id * 7919 + salt * 104_729) % 9 * 500))
      return try FakeStudy.train(job, request)
    }
  }

  @Test func theNumberAndTheSpeedOfWorkersDecideNothing() async throws {
    var traces: [[String]] = []
    for (slots, salt) in [(1, 0), (2, 1), (2, 2), (3, 3), (4, 4)] {
      let fake = try FakeStudy("order")
      defer { fake.remove() }
      try fake.create()
      _ = try await fake.sit(executor: uneven(slots, salt: salt))
      traces.append(try fake.traces())
    }
    for trace in traces { #expect(trace == traces[0]) }
  }

  @Test(arguments: [1, 2, 4, 30])
  func proposalsSeeExactlyTheWindow(window: Int) async throws {
    var fake = try FakeStudy("window")
    defer { fake.remove() }
    fake.window = window
    try fake.create()
    _ = try await fake.sit(executor: FakeStudy.inline(3))
    let records = try RunHistory.open(fake.run).trials()
    #expect(records.map(\.number) == Array(1...12))
    #expect(records.map(\.seenThrough) == (1...12).map { max(0, $0 - window) })
    let trials = records.map(\.trial)
    for record in records where record.trial.origin == .model {
      let history = StudyClock.history(
        Array(trials.prefix(record.number - 1)), view: record.seenThrough)
      #expect(FakeStudy.candidate(history).configuration == record.trial.configuration)
    }
    #expect(try RunVerification(fake.run).problems.filter { $0.place != "space.yaml" } == [])
  }

  @Test func eventsStandInTheirFixedOrder() async throws {
    var fake = try FakeStudy("events")
    defer { fake.remove() }
    (fake.window, fake.trials) = (2, 4)
    try fake.create()
    _ = try await fake.sit(executor: FakeStudy.inline(4))
    let events = try RunHistory.open(fake.run).events().map { "\($0.kind) \($0.trial ?? 0)" }
    #expect(
      events == [
        "created 0", "proposed 1", "proposed 2", "recorded 1", "proposed 3", "recorded 2",
        "proposed 4", "recorded 3", "recorded 4",
      ])
  }

  @Test func failedTrialsAreDataAndEndNothing() async throws {
    var fake = try FakeStudy("failures")
    defer { fake.remove() }
    fake.trials = 40
    try fake.create()
    #expect(try await fake.sit(executor: FakeStudy.inline(2)) == .complete)
    let records = try RunHistory.open(fake.run).trials()
    let failures = Set(records.compactMap(\.trial.failure))
    #expect(failures == ["loss is not finite at step 3", "the worker ended with exit code 3"])
    let isAllRecorded = records.allSatisfy(\.isRecorded)
    #expect(isAllRecorded)
    for record in records where record.trial.failure?.contains("exit code") == true {
      let result = try fake.run.trial(record.number).readResult()
      #expect(result.state == .failed)
    }
  }

  @Test func anExhaustedSpaceEndsTheSearch() async throws {
    var fake = try FakeStudy("exhausted")
    defer { fake.remove() }
    fake.spaceSize = 3
    try fake.create()
    #expect(try await fake.sit(executor: FakeStudy.inline(2)) == .exhausted)
    let history = try RunHistory.open(fake.run)
    #expect(try history.trials().count == 5)
    #expect(try history.events().map(\.kind).suffix(2) == [.recorded, .exhausted])
    // A further sitting has nothing to do and says the same.
    #expect(try await fake.sit(executor: FakeStudy.inline(2)) == .exhausted)
    #expect(try history.events().count { $0.kind == .exhausted } == 1)
  }

  @Test func aStrategyMayWaitForResultsBeforeItGoesOn() async throws {
    // Proposes nothing until the results of all earlier trials are seen.
    var lines: [[String]] = []
    for slots in [1, 3] {
      let fake = try FakeStudy("stages")
      defer { fake.remove() }
      try fake.create()
      let plan = StudyPlan(given: FakeStudy.references) { history in
        guard history.count % 3 != 0 || history.allSatisfy({ $0.state != .running }) else {
          return nil
        }
        return Proposal(candidate: FakeStudy.candidate(history), origin: .model)
      }
      let lock = try RunLock.acquire(fake.run)
      let store = try RunStore.open(fake.run, lock: lock)
      let study = Study(
        run: fake.run, store: store, plan: plan, executor: uneven(slots, salt: slots),
        worker: FakeStudy.worker, reserveBytes: 0)
      #expect(try await study.search() == .complete)
      lines.append(try fake.traces())
      let seen = try store.history.trials().map(\.seenThrough)
      #expect(seen == [0, 0, 0, 3, 1, 2, 6, 4, 5, 9, 7, 8])
      try store.close()
      lock.release()
    }
    #expect(lines[0] == lines[1])
  }

  @Test func aLargerBudgetContinuesAsIfItHadBeenThere() async throws {
    let whole = try FakeStudy("whole")
    defer { whole.remove() }
    try whole.create()
    _ = try await whole.sit(executor: FakeStudy.inline(2))

    var parts = try FakeStudy("parts")
    defer { parts.remove() }
    parts.trials = 5
    try parts.create()
    _ = try await parts.sit(executor: FakeStudy.inline(2))
    _ = try await parts.sit(
      executor: FakeStudy.inline(3),
      body: { study in
        try study.store.setBudget(StudyBudget(trials: 12))
        return try await study.search()
      })
    #expect(try RunHistory.open(parts.run).trials() == RunHistory.open(whole.run).trials())
  }

  @Test func givenConfigurationsCountOnceAndInOrder() async throws {
    var fake = try FakeStudy("given")
    defer { fake.remove() }
    fake.given =
      FakeStudy.references + [
        StudyPlan.Given(
          origin: .start, configuration: FakeStudy.configuration(rank: 1),
          costs: FakeStudy.costs(rank: 1)),
        StudyPlan.Given(
          origin: .start, point: ["rank": .integer(9)],
          configuration: FakeStudy.configuration(rank: 9), costs: FakeStudy.costs(rank: 9)),
      ]
    fake.trials = 3
    try fake.create()
    _ = try await fake.sit(executor: FakeStudy.inline(1))
    let trials = try RunHistory.open(fake.run).trials().map(\.trial)
    #expect(trials.map(\.origin) == [.reference, .reference, .start])
    #expect(trials.last?.point == ["rank": .integer(9)])
  }

  @Test func timeThatIsOverStartsNothing() async throws {
    var fake = try FakeStudy("time")
    defer { fake.remove() }
    fake.seconds = 0
    try fake.create()
    #expect(try await fake.sit(executor: FakeStudy.inline(2)) == .timeLimit)
    #expect(try RunHistory.open(fake.run).trials().isEmpty)
    _ = try await fake.sit(
      executor: FakeStudy.inline(2),
      body: { study in
        try study.store.setBudget(StudyBudget(trials: 12))
        return try await study.search()
      })
    let expected = try await StudyResumeTests.undisturbed()
    #expect(try fake.traces() == expected)
  }

  @Test func aRepeatedProposalIsTheStrategysFault() async throws {
    let fake = try FakeStudy("repeat")
    defer { fake.remove() }
    try fake.create()
    let plan = StudyPlan(given: FakeStudy.references) { _ in
      Proposal(
        candidate: Candidate(
          point: [:], configuration: FakeStudy.configuration(rank: 2),
          costs: FakeStudy.costs(rank: 2)), origin: .model)
    }
    let lock = try RunLock.acquire(fake.run)
    let store = try RunStore.open(fake.run, lock: lock)
    let study = Study(
      run: fake.run, store: store, plan: plan, executor: FakeStudy.inline(2),
      worker: FakeStudy.worker)
    let identity = FakeStudy.configuration(rank: 2).identity
    await #expect(
      throws: StudyError.repeatedProposal(identity: identity, trial: 2, strategy: "fake")
    ) { _ = try await study.search() }
    #expect(try store.history.trials().count == 2)
  }

  @Test func aMachinesFaultEndsTheSittingAndNoTrial() async throws {
    let fake = try FakeStudy("machine")
    defer { fake.remove() }
    try fake.create()
    let broken = InlineExecutor(slots: 1) { job, request in
      job.id == 4 ? 74 : try FakeStudy.train(job, request)
    }
    let error = await #expect(throws: StudyError.self) { _ = try await fake.sit(executor: broken) }
    #expect(error?.exitCode == 74)
    _ = try await fake.sit(executor: FakeStudy.inline(2))
    let expected = try await StudyResumeTests.undisturbed()
    #expect(try fake.traces() == expected)
  }

  @Test func aDamagedResultIsNamed() async throws {
    let fake = try FakeStudy("damage")
    defer { fake.remove() }
    try fake.create()
    let broken = InlineExecutor(slots: 1) { job, _ in
      try Data("{\"state\": 3}".utf8).write(to: URL(filePath: job.arguments[0] + "/result.json"))
      return 0
    }
    await #expect(throws: RunFileError.self) { _ = try await fake.sit(executor: broken) }
  }
}
