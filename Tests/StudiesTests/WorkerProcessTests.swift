import Executors
import Foundation
import Glibc
import RunStore
import SearchSpaces
import Synchronization
import Testing
import Training

@testable import Studies

/// The whole of a study over real processes: a shell script stands in for the trainer.
@Suite struct WorkerProcessTests {
  /// What befalls the workers.
  enum Mishap: String, CaseIterable {
    case none
    /// Each worker is killed once, after its first checkpoint.
    case killedOnce
    /// Each worker is killed after every checkpoint it writes.
    case killedAtEachStep
    /// Workers of even trials are killed before they have written anything.
    case killedAlways
  }

  /// Trains three steps with a checkpoint each, then writes a result that depends on the job.
  ///
  /// `$1` is the trial's folder, `$2` the mishap. Standard input is the lifeline.
  private static let script = """
    dir=$1; mishap=$2
    trap 'exit 75' TERM
    exec 3<&0
    ( cat <&3 >/dev/null; kill -9 $$ ) 2>/dev/null &
    die() { kill -9 $$; }
    mkdir -p "$dir/checkpoint"
    step=0
    [ -f "$dir/checkpoint/step" ] && step=$(cat "$dir/checkpoint/step")
    number=$(basename "$dir" | sed 's/^0*//')
    echo "trial $number goes on at step $step"
    [ "$mishap" = killedAlways ] && [ $((number % 2)) = 0 ] && die
    while [ "$step" -lt 3 ]; do
      step=$((step + 1))
      echo "$step" > "$dir/checkpoint/.step.partial-1"
      mv "$dir/checkpoint/.step.partial-1" "$dir/checkpoint/step"
      [ "$mishap" = killedAtEachStep ] && die
      [ "$mishap" = killedOnce ] && [ "$step" = 1 ] && die
    done
    rank=$(sed -n 's/.*"rank" : \\([0-9]*\\).*/\\1/p' "$dir/job.json")
    [ -n "$rank" ] || exit 65
    echo "adapter $rank" > "$dir/.adapter.partial-1"
    mv "$dir/.adapter.partial-1" "$dir/adapter.safetensors"
    sed "s/0\\.125/0.$((rank % 90 + 10))/g" "$3" > "$dir/.result.partial-1"
    mv "$dir/.result.partial-1" "$dir/result.json"
    """

  private let fake: FakeStudy
  private let scriptFile: String
  private let templateFile: String

  init() throws {
    var fake = try FakeStudy("process")
    fake.trials = 8
    self.fake = fake
    scriptFile = fake.parent + "/worker.sh"
    templateFile = fake.parent + "/template.json"
    try Self.script.write(toFile: scriptFile, atomically: true, encoding: .utf8)
    let template = TrialResult(
      state: .complete, split: .validation, score: 0.125, metrics: ["accuracy": 0.125], steps: 3)
    try CanonicalJSON.encode(template).write(to: URL(filePath: templateFile))
  }

  private func executor(_ slots: Int = 2) -> LocalExecutor {
    LocalExecutor(
      program: "/bin/sh", slots: slots, grace: .seconds(10), pollInterval: .milliseconds(20),
      takeover: .seconds(20))
  }

  private func sit(
    _ executor: any Executor, _ mishap: Mishap = .none,
    pulse: @escaping @Sendable () throws -> Void = {},
    observe: @escaping @Sendable (StudyProgress) -> Void = { _ in },
    body: (Study) async throws -> StudyOutcome = { try await $0.search() }
  ) async throws -> StudyOutcome {
    let lock = try RunLock.acquire(fake.run)
    defer { lock.release() }
    let store = try RunStore.open(fake.run, lock: lock)
    defer { try? store.close() }
    let (script, template) = (scriptFile, templateFile)
    let worker = StudyWorker(
      job: StudyWorker.standardJob,
      arguments: { [script, $0.path, mishap.rawValue, template] },
      checkpointStep: FakeStudy.worker.checkpointStep)
    let study = Study(
      run: fake.run, store: store, plan: fake.plan, executor: executor, worker: worker,
      files: .durable, reserveBytes: 0, observe: observe, pulse: pulse)
    return try await body(study)
  }

  /// What the same study leaves when nothing befalls it.
  private func undisturbed() async throws -> [String] {
    try fake.create()
    #expect(try await sit(executor()) == .complete)
    let traces = try fake.traces()
    try FileManager.default.removeItem(atPath: fake.run.path)
    return traces
  }

  @Test(arguments: [Mishap.killedOnce, .killedAtEachStep])
  func lostWorkersGoOnFromTheirCheckpoints(mishap: Mishap) async throws {
    defer { fake.remove() }
    let expected = try await undisturbed()
    try fake.create()
    #expect(try await sit(executor(), mishap) == .complete)
    #expect(try fake.traces() == expected)
    let history = try RunHistory.open(fake.run)
    let steps = try history.attempts(1).map(\.step)
    #expect(steps == (mishap == .killedOnce ? [0, 1] : [0, 1, 2, 3]))
    let log = try String(contentsOfFile: fake.run.trial(1).logFile, encoding: .utf8)
    #expect(log.hasPrefix("trial 1 goes on at step 0\ntrial 1 goes on at step 1\n"))
    #expect(try history.operations().contains { $0.detail.contains("lost to SIGKILL") })
  }

  @Test func aWorkerThatIsLostTwiceAtOneStepHasFailed() async throws {
    defer { fake.remove() }
    try fake.create()
    #expect(try await sit(executor(), .killedAlways) == .complete)
    let history = try RunHistory.open(fake.run)
    for record in try history.trials() {
      let isEven = record.number % 2 == 0
      #expect(record.state == (isEven ? .failed : .complete))
      if isEven {
        #expect(record.trial.failure == "the worker was lost to SIGKILL twice at step 0")
        #expect(try history.attempts(record.number).count == 2)
        let tail = try history.times()[record.number]?.logTail
        #expect(tail?.hasSuffix("trial \(record.number) goes on at step 0") == true)
      }
    }
  }

  @Test(arguments: [1, 2, 3])
  func controllersAndWorkersMayDieTogether(seed: Int) async throws {
    defer { fake.remove() }
    let expected = try await undisturbed()
    try fake.create()
    for sitting in 1...100 {
      let fuse = StudyResumeTests.Fuse(3 + (sitting * 5 + seed * 3) % 11)
      let executor = executor()
      do {
        let outcome = try await sit(
          executor,
          pulse: {
            do { try fuse.burn() } catch {
              // SIGKILL for the workers, the end of the loop for the controller.
              Task { await executor.abandon() }
              throw error
            }
          })
        #expect(outcome == .complete)
        break
      } catch is StudyResumeTests.Crash {}
    }
    #expect(try fake.traces() == expected)
  }

  @Test func aStoppedStudyLeavesNoProcessAndGoesOn() async throws {
    defer { fake.remove() }
    let expected = try await undisturbed()
    try fake.create()
    for start in 1...3 {
      let left = Mutex(start)
      let box = Mutex<Study?>(nil)
      let outcome = try await sit(
        executor(),
        observe: { progress in
          guard case .started = progress else { return }
          let isOver = left.withLock { left in
            left -= 1
            return left == 0
          }
          if isOver { box.withLock { $0 }?.requestStop() }
        },
        body: { study in
          box.withLock { $0 = study }
          defer { box.withLock { $0 = nil } }
          return try await study.search()
        })
      #expect(outcome == .stopped)
      // The lock on each log ends with the last process that holds it.
      for number in try fake.run.trialNumbers() {
        let log = Glibc.open(fake.run.trial(number).logFile, O_RDONLY)
        defer { close(log) }
        #expect(flock(log, LOCK_EX | LOCK_NB) == 0)
      }
    }
    #expect(try await sit(executor()) == .complete)
    #expect(try fake.traces() == expected)
  }

  @Test func aTimeLimitIsAFailureOfTheTrial() async throws {
    defer { fake.remove() }
    try fake.create()
    let slow = "while :; do sleep 100; done"
    try slow.write(toFile: scriptFile, atomically: true, encoding: .utf8)
    let outcome = try await sit(
      executor(4),
      body: { study in
        try study.store.setBudget(StudyBudget(trials: 4, trialSeconds: 0.1))
        return try await study.search()
      })
    #expect(outcome == .complete)
    let failures = try RunHistory.open(fake.run).trials().map(\.trial.failure)
    #expect(Set(failures) == ["time limit: the trial took longer than 0.1 s"])
  }
}
