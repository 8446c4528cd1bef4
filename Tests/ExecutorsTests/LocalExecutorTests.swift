import Foundation
import Glibc
import Testing

@testable import Executors

/// What only processes can do: die, hang, grow, outlive.
@Suite struct LocalExecutorTests {
  @Test(arguments: [(9, "KILL"), (11, "SEGV"), (6, "ABRT"), (15, "TERM")])
  func aSignalOfSomebodyElseIsALoss(number: Int, name: String) async throws {
    let folder = try JobFolder()
    let executor = JobFolder.local()
    try await executor.submit(folder.job(1, "echo alive; kill -\(name) $$"))
    let completion = try #require(await executor.nextCompletion())
    #expect(completion.outcome == .lost(signal: Int32(number)))
    #expect(completion.logTail == "alive")
  }

  @Test func theTimeLimitEndsTheWorker() async throws {
    let folder = try JobFolder()
    let executor = JobFolder.local()
    let limits = JobLimits(seconds: 0.05)
    try await executor.submit(
      folder.job(1, "trap '' TERM; while :; do sleep 100; done", limits: limits))
    #expect(await executor.nextCompletion()?.outcome == .timeLimit(0.05))
  }

  @Test func theMemoryLimitEndsTheWorker() async throws {
    let folder = try JobFolder()
    let executor = JobFolder.local()
    let grow = "x=$(head -c 60000000 /dev/zero | tr '\\0' x); while :; do sleep 100; done"
    try await executor.submit(
      folder.job(1, grow, limits: JobLimits(memoryBytes: 30_000_000)))
    let completion = try #require(await executor.nextCompletion())
    #expect(completion.outcome == .memoryLimit(30_000_000))
    #expect(completion.peakMemoryBytes ?? 0 > 30_000_000)
  }

  @Test func aWorkerThatIgnoresTheWishIsKilledAfterTheGrace() async throws {
    let folder = try JobFolder()
    let executor = JobFolder.local(grace: .milliseconds(50))
    try await executor.submit(
      folder.job(1, "trap '' TERM; echo up > \(folder.path)/up; while :; do sleep 100; done"))
    #expect(try await eventually { folder.text("up") != "" })
    await executor.cancel(1)
    #expect(await executor.nextCompletion()?.outcome == .cancelled)
  }

  @Test func endingAWorkerEndsWhatItHasStarted() async throws {
    let folder = try JobFolder()
    let executor = JobFolder.local()
    let file = folder.path + "/child"
    try await executor.submit(folder.job(1, "sleep 1000 & echo $! > \(file); wait"))
    #expect(try await eventually { folder.text("child").hasSuffix("\n") })
    let child = try #require(Int32(folder.text("child").dropLast()))
    await executor.abandon()
    #expect(await executor.nextCompletion()?.outcome == .cancelled)
    #expect(try await eventually { kill(child, 0) != 0 || isZombie(child) })
  }

  private func isZombie(_ pid: Int32) -> Bool {
    let text = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ") Z"
    return text.contains(") Z")
  }

  @Test func standardInputStaysOpenWhileTheControllerLives() async throws {
    let folder = try JobFolder()
    let executor = JobFolder.local()
    // The shell would write "end" at once if its standard input were at its end.
    let script = "exec 3<&0; (cat <&3; echo end) & sleep 0.2; kill $! && echo open; exit 0"
    try await executor.submit(folder.job(1, script))
    let completion = try #require(await executor.nextCompletion())
    #expect(completion.logTail == "open")
  }

  @Test func theWorkerSeesItsArgumentsAndEnvironment() async throws {
    let folder = try JobFolder()
    let executor = JobFolder.local(environment: ["AUTOPEFT_TEST_WORD": "two words"])
    let job = Job(
      id: 1, arguments: ["-c", "echo \"$1|$2|$AUTOPEFT_TEST_WORD\" >&2", "sh", "a b", "$HOME;'"],
      log: folder.path + "/1.txt")
    try await executor.submit(job)
    #expect(await executor.nextCompletion()?.logTail == "a b|$HOME;'|two words")
  }

  @Test func theLogIsAppendedTo() async throws {
    let folder = try JobFolder()
    let executor = JobFolder.local()
    for word in ["first", "second"] {
      try await executor.submit(folder.job(1, "echo \(word)"))
      _ = await executor.nextCompletion()
    }
    #expect(folder.text("1.txt") == "first\nsecond\n")
  }

  @Test func aWorkerOfAnEarlierControllerKeepsItsSuccessorOut() async throws {
    let folder = try JobFolder()
    let earlier = JobFolder.local()
    try await earlier.submit(folder.job(1, Script.untilStopped.shell))
    let log = folder.path + "/1.txt"
    await #expect(throws: ExecutorError.occupied(id: 1, log: log)) {
      try await JobFolder.local(takeover: .milliseconds(50)).submit(folder.job(1))
    }
    let later = JobFolder.local()
    async let start: Void = later.submit(folder.job(1, "echo mine"))
    await earlier.abandon()
    _ = await earlier.nextCompletion()
    try await start
    #expect(await later.nextCompletion()?.logTail == "mine")
  }

  @Test func aMissingProgramIsSaidBeforeAnythingRuns() async throws {
    let folder = try JobFolder()
    let executor = LocalExecutor(program: folder.path + "/none", slots: 1)
    let error = ExecutorError.noProgram(path: folder.path + "/none")
    #expect(executor.availability() == .unavailable(reason: error.description))
    await #expect(throws: error) { try await executor.submit(folder.job(1)) }
    #expect(await executor.nextCompletion() == nil)
    #expect(JobFolder.local().availability() == .available)
  }

  @Test func aProgramThatCannotRunIsAnErrorOfTheStart() async throws {
    let folder = try JobFolder()
    let program = folder.path + "/broken"
    try Data([0x7F, 0x45, 0x4C, 0x46, 0]).write(to: URL(filePath: program))
    chmod(program, 0o755)
    let executor = LocalExecutor(program: program, slots: 1)
    await #expect(throws: ExecutorError.self) { try await executor.submit(folder.job(1)) }
    #expect(await executor.nextCompletion() == nil)
  }

  @Test func anImpossibleLogIsAnErrorOfTheStart() async throws {
    let folder = try JobFolder()
    let job = Job(id: 1, arguments: ["-c", ":"], log: folder.path + "/no/such/log.txt")
    let error = ExecutorError.cannotLog(path: job.log, reason: "No such file or directory")
    await #expect(throws: error) { try await JobFolder.local().submit(job) }
  }
}
