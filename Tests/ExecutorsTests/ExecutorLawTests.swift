import Executors
import Foundation
import Testing

/// The laws of `Executor`, on every registered member.
@Suite struct ExecutorLawTests {
  @Test func everyFileOfTheCatalogueIsRegistered() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/Executors/Catalog").standardizedFileURL
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".swift") && $0 != "Registry.swift" }
      .map { String($0.dropLast(6)) }
    #expect(Set(files) == Set(ExecutorRegistry.members.map { "\($0)" }))
    #expect(Set(ExecutorRegistry.names).count == ExecutorRegistry.members.count)
  }

  @Test(arguments: ExecutorRegistry.names)
  func everyJobIsCollectedOnce(name: String) async throws {
    let folder = try JobFolder()
    let script = Script.end(code: 0, lines: [])
    let executor = try JobFolder.executor(name, script)
    for id in 1...8 { try await executor.submit(folder.job(id, script.shell)) }
    var ids: [Int] = []
    while let completion = await executor.nextCompletion() {
      #expect(completion.outcome == .exited(code: 0))
      #expect(completion.seconds >= 0)
      ids.append(completion.id)
    }
    #expect(ids.sorted() == Array(1...8))
    #expect(await executor.nextCompletion() == nil)
  }

  @Test(arguments: ExecutorRegistry.names)
  func failureCarriesTheTailOfTheLog(name: String) async throws {
    let folder = try JobFolder()
    let script = Script.end(code: 3, lines: ["reading", "out of luck"])
    let executor = try JobFolder.executor(name, script)
    try await executor.submit(folder.job(1, script.shell))
    let completion = try #require(await executor.nextCompletion())
    #expect(completion.outcome == .exited(code: 3))
    #expect(completion.logTail == "reading\nout of luck")
  }

  @Test(arguments: ExecutorRegistry.names)
  func cancelEndsOneJobAndNoOther(name: String) async throws {
    let folder = try JobFolder()
    let executor = try JobFolder.executor(name, .untilStopped)
    for id in 1...2 { try await executor.submit(folder.job(id, Script.untilStopped.shell)) }
    await executor.cancel(1)
    let first = try #require(await executor.nextCompletion())
    #expect(first.id == 1)
    #expect(first.outcome == .cancelled)
    await executor.cancelAll()
    let second = try #require(await executor.nextCompletion())
    #expect(second.id == 2)
    #expect(second.outcome == .cancelled)
    #expect(await executor.nextCompletion() == nil)
  }

  @Test(arguments: ExecutorRegistry.names)
  func aRunningJobIsNotStartedTwice(name: String) async throws {
    let folder = try JobFolder()
    let executor = try JobFolder.executor(name, .untilStopped)
    try await executor.submit(folder.job(7, Script.untilStopped.shell))
    await #expect(throws: ExecutorError.alreadyRuns(id: 7)) {
      try await executor.submit(folder.job(7, Script.untilStopped.shell))
    }
    await executor.abandon()
    if name == InlineExecutor.name { await executor.cancelAll() }
    #expect(await executor.nextCompletion()?.id == 7)
    #expect(await executor.nextCompletion() == nil)
  }

  @Test(arguments: ExecutorRegistry.names)
  func anEndedJobMayRunAgain(name: String) async throws {
    let folder = try JobFolder()
    let script = Script.mark(file: folder.path + "/marks")
    let executor = try JobFolder.executor(name, script)
    for _ in 1...3 {
      try await executor.submit(folder.job(1, script.shell))
      #expect(await executor.nextCompletion()?.outcome == .exited(code: 0))
    }
    #expect(folder.text("marks") == "run\nrun\nrun\n")
  }

  @Test(arguments: ExecutorRegistry.names)
  func aWaitingCallerIsWokenByAnEnd(name: String) async throws {
    let folder = try JobFolder()
    let executor = try JobFolder.executor(name, .untilStopped)
    try await executor.submit(folder.job(1, Script.untilStopped.shell))
    async let completion = executor.nextCompletion()
    await executor.cancelAll()
    #expect(await completion?.id == 1)
  }

  @Test func unknownNamesListTheKnownOnes() {
    #expect(throws: ExecutorError.unknownName("slurm", known: ["inline", "local"])) {
      _ = try ExecutorRegistry.member(named: "slurm")
    }
  }
}
