import Executors
import RunStore
import SearchSpaces
import Testing

@testable import Studies

@Suite struct StudyPartsTests {
  /// Sittings on a trial; the last one under controller 2, the others under `fence`.
  private static func attempts(
    _ list: [(step: Int, outcome: String?)], fence: Int = 2
  ) -> [AttemptRecord] {
    list.enumerated().map { index, sitting in
      AttemptRecord(
        trial: 1, number: index + 1, fence: index + 1 == list.count ? 2 : fence,
        step: sitting.step, outcome: sitting.outcome)
    }
  }

  static let verdicts: [(JobOutcome, Int, [AttemptRecord], TrialVerdict)] = [
    (.exited(code: 0), 0, [], .fail("the worker ended without a result")),
    (.exited(code: 2), 0, [], .fail("the worker ended with exit code 2")),
    (.exited(code: 65), 0, [], .halt(code: 65)),
    (.exited(code: 74), 0, [], .halt(code: 74)),
    (.outOfMemory, 9, [], .fail("out of memory: the kernel ended the worker")),
    (.timeLimit(90), 9, [], .fail("time limit: the trial took longer than 90 s")),
    (.memoryLimit(2_000_000_000), 9, [], .fail("memory limit: the worker used more than 2000 MB")),
    (.cancelled, 0, [], .leave),
    (
      .lost(signal: 9), 0, attempts([(0, nil)]),
      .restart("lost at step 0: the worker was lost to SIGKILL")
    ),
    (
      .lost(signal: 11), 0, attempts([(0, "lost at step 0: x"), (0, nil)]),
      .fail("the worker was lost to SIGSEGV twice at step 0")
    ),
    // Progress between two losses: the trial goes on.
    (
      .lost(signal: 9), 40, attempts([(0, "lost at step 0: x"), (0, nil)]),
      .restart("lost at step 40: the worker was lost to SIGKILL")
    ),
    (
      .lost(signal: 9), 40, attempts([(0, "lost at step 40: x"), (40, nil)]),
      .fail("the worker was lost to SIGKILL twice at step 40")
    ),
    // A loss under an earlier controller counts for nothing.
    (
      .lost(signal: 9), 40, attempts([(0, "lost at step 40: x"), (40, nil)], fence: 1),
      .restart("lost at step 40: the worker was lost to SIGKILL")
    ),
    // Nor does a controller that died with its worker.
    (
      .lost(signal: 9), 40, attempts([(0, nil), (40, nil)]),
      .restart("lost at step 40: the worker was lost to SIGKILL")
    ),
    (
      .exited(code: 75), 5, attempts([(0, nil)]),
      .restart("lost at step 5: the worker was stopped by somebody else")
    ),
  ]

  @Test(arguments: verdicts)
  func verdict(
    outcome: JobOutcome, step: Int, attempts: [AttemptRecord], expected: TrialVerdict
  ) {
    #expect(
      TrialVerdict(outcome, step: step, attempts: attempts, isStopping: false) == expected)
  }

  @Test func aStoppingStudyLeavesItsTrials() {
    for outcome in [JobOutcome.exited(code: 75), .cancelled, .lost(signal: 15)] {
      #expect(TrialVerdict(outcome, step: 0, attempts: [], isStopping: true) == .leave)
    }
    #expect(
      TrialVerdict(.exited(code: 2), step: 0, attempts: [], isStopping: true)
        == .fail("the worker ended with exit code 2"))
  }

  @Test func theClockRunsThroughItsCourse() {
    var clock = StudyClock(window: 2, limit: 3, proposed: 0, recorded: 0, isExhausted: false)
    #expect(clock.dueView == 0)
    clock.notePropose()
    #expect(clock.dueView == 0)
    clock.notePropose()
    #expect(clock.dueView == nil)
    clock.noteRecord()
    #expect(clock.dueView == 1)
    let isExhaustedEarly = clock.noteEmpty(view: 1)
    #expect(!isExhaustedEarly)
    #expect(clock.dueView == nil)
    clock.noteRecord()
    #expect(clock.dueView == 2)
    let isExhausted = clock.noteEmpty(view: 2)
    #expect(isExhausted)
    #expect(clock.isDone)
    #expect(clock.dueView == nil)
  }

  @Test func aClockThatIsMadeAnewAsksTheEarlierViewsAgain() {
    let clock = StudyClock(window: 4, limit: 20, proposed: 12, recorded: 12, isExhausted: false)
    #expect(clock.dueView == 9)
  }

  private static func record(
    _ number: Int, _ score: Double?, _ size: Int, _ origin: TrialOrigin = .model
  ) -> TrialRecord {
    let costs = TrialCosts(
      parameters: ParameterCounts(trained: size, deployed: size, published: size),
      optimizerBytes: 0, activationBytes: 0, flopsPerToken: 0, fileBytes: 0, addedLatencyEstimate: 0
    )
    return TrialRecord(
      trial: Trial(
        number: number, state: score == nil ? .failed : .complete, origin: origin, point: nil,
        configuration: FakeStudy.configuration(rank: number), costs: costs, score: score,
        failure: score == nil ? "x" : nil), identity: "\(number)")
  }

  @Test func theFrontHoldsWhatNobodyBeats() {
    let records = [
      Self.record(1, 0.5, 10), Self.record(2, 0.7, 20), Self.record(3, 0.7, 20),
      Self.record(4, 0.6, 20), Self.record(5, nil, 1), Self.record(6, 0.9, 90),
      Self.record(7, 0.9, 91), Self.record(8, 0.5, 11),
    ]
    #expect(ParetoFront(records).trials.map(\.number) == [1, 2, 6])
    #expect(ParetoFront(records.reversed()).trials.map(\.number) == [1, 2, 6])
    #expect(ParetoFront([]).trials.isEmpty)
    #expect(records.ranked().map(\.number) == [6, 7, 2, 3, 4, 1, 8])
  }

  @Test func adaptersOfTheFrontTheTenBestAndTheReferencesStay() {
    var records = (1...30).map { Self.record($0, Double($0) / 100, 1000 - $0) }
    records.append(Self.record(31, 0.01, 5))
    records.append(Self.record(32, 0.02, 5000, .reference))
    records.append(Self.record(33, nil, 5, .confirmation))
    let kept = Retention(RunDirectory(path: "r"), keep: .best).kept(of: records)
    #expect(kept == Set(21...30).union([31, 32, 33]))
  }

  /// Later trials with the same score and fewer parameters push earlier ones out; the trial that is
  /// exported where none is named is one of those that stay.
  @Test func theBestOfManyEqualScoresKeepsItsAdapter() throws {
    let records = (1...20).map { Self.record($0, 0.5, 1000 - $0) }
    let kept = Retention(RunDirectory(path: "r"), keep: .best).kept(of: records)
    #expect(kept == Set(11...20))
    #expect(try #require(records.ranked().first).number == 20)
  }

  static let sentences: [(StudyError, String, Int32)] = [
    (
      .unknownSetting(name: "task head", value: "big", known: ["token", "pooler"]),
      "unknown task head 'big'. Known: token, pooler.", 2
    ),
    (
      .workerFailed(trial: 4, code: 74, log: "log.txt", tail: "a\nb"),
      "the worker of trial 4 ended with exit code 74: reading or writing failed. "
        + "The trial is not counted as failed; resume the run when this is mended. "
        + "Log: log.txt\n  a\n  b", 74
    ),
    (
      .workerFailed(trial: 4, code: 65, log: "log.txt", tail: ""),
      "the worker of trial 4 ended with exit code 65: damaged data. "
        + "The trial is not counted as failed; resume the run when this is mended. Log: log.txt", 65
    ),
    (
      .repeatedProposal(identity: "ab", trial: 3, strategy: "s4"),
      "strategy 's4' proposed configuration ab again, which is trial 3. "
        + "This is a fault of the strategy; nothing was trained twice.", 1
    ),
    (
      .unfinishedTrials(count: 2, run: "runs/a"),
      "2 trials of runs/a are half trained. Resume the run first.", 2
    ),
    (.nothingToConfirm(run: "runs/a"), "runs/a has no complete trial to confirm.", 3),
    (
      .confirmationCounts(top: 0, seeds: 1),
      "a confirmation needs at least 1 configuration and 2 seeds, got 0 and 1.", 2
    ),
    (
      .testAlreadyOpened(run: "runs/a"),
      "the test split of runs/a has been opened already, and is opened once only. "
        + "'autopeft best runs/a' prints what it gave.", 2
    ),
    (
      .spaceChanged(run: "runs/a"),
      "runs/a/space.yaml is not the file that the run was started with. Restore it; "
        + "another space needs another run.", 65
    ),
    (
      .differentExamples(trial: 1, count: 5, other: 2, otherCount: 6),
      "trial 1 was scored on 5 examples, trial 2 on 6: they cannot be compared pairwise.", 65
    ),
  ]

  @Test(arguments: sentences)
  func sentence(error: StudyError, text: String, code: Int32) {
    #expect(error.description == text)
    #expect(error.exitCode == code)
  }
}
