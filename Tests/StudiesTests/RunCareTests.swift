import Executors
import Foundation
import RunStore
import SearchSpaces
import Testing
import Training

@testable import Studies

/// Verifying, cleaning, and what stays on the disk.
@Suite struct RunCareTests {
  private func searched(_ trials: Int = 12) async throws -> FakeStudy {
    var fake = try FakeStudy("care")
    fake.trials = trials
    try fake.create()
    _ = try await fake.sit(executor: FakeStudy.inline(2))
    return fake
  }

  /// Problems beside the space file, whose hash these studies do not record.
  private func problems(_ fake: FakeStudy) throws -> [String] {
    try RunVerification(fake.run).problems.filter { $0.place != "space.yaml" }.map(\.description)
  }

  @Test func aSoundRunHasNoProblems() async throws {
    let fake = try await searched()
    defer { fake.remove() }
    #expect(try problems(fake) == [])
    let verification = try RunVerification(fake.run)
    #expect(verification.trials == 12)
    #expect(verification.events == 25)
    #expect(verification.problems.map(\.place) == ["space.yaml"])
    #expect(!verification.isSound)
  }

  @Test func everyKindOfDamageIsFound() async throws {
    let fake = try await searched()
    defer { fake.remove() }
    let run = fake.run
    let records = try RunHistory.open(run).trials()
    let complete = records.filter { $0.state == .complete && run.trial($0.number).hasAdapter }
    let (a, b, c) = (complete[0].number, complete[1].number, complete[2].number)
    let folder = { (number: Int) in "trials/\(TrialDirectory.folderName(number))" }

    try Data("changed".utf8).write(to: URL(filePath: run.trial(a).adapterFile))
    try FileManager.default.removeItem(atPath: run.trial(b).adapterFile)
    var result = try run.trial(c).readResult()
    result.score = 0.123
    try CanonicalJSON.encode(result).write(to: URL(filePath: run.trial(c).resultFile))
    var job = try run.trial(a).readJob()
    job.configuration = FakeStudy.configuration(rank: 77)
    try CanonicalJSON.encode(job).write(to: URL(filePath: run.trial(a).jobFile))
    try FileManager.default.createDirectory(
      atPath: run.trial(500).path, withIntermediateDirectories: true)
    try FileManager.default.removeItem(atPath: run.environmentFile)

    #expect(
      try problems(fake) == [
        "environment.json: cannot read \(run.environmentFile): no such file or directory.",
        "\(folder(a))/job.json: it is not the configuration of the database",
        "\(folder(a))/adapter.safetensors: its content has changed since it was recorded",
        "\(folder(b))/adapter.safetensors: it is missing, and should be kept",
        "\(folder(c))/result.json: it says something else than the database",
        "trials/0500: the database has no trial 500",
      ])
  }

  @Test func aMissingOrDamagedResultIsFound() async throws {
    let fake = try await searched(4)
    defer { fake.remove() }
    try FileManager.default.removeItem(atPath: fake.run.trial(1).resultFile)
    try Data("{".utf8).write(to: URL(filePath: fake.run.trial(2).resultFile))
    let found = try problems(fake)
    #expect(found.count == 2)
    #expect(found[0].hasPrefix("trials/0001/result.json: cannot read"))
    #expect(found[1].hasSuffix("is damaged: the text is not valid JSON of this kind."))
  }

  @Test func checkpointsGoAndAdaptersOfTheBestStay() async throws {
    let fake = try await searched(60)
    defer { fake.remove() }
    let records = try RunHistory.open(fake.run).trials()
    let kept = Retention(fake.run, keep: .best).kept(of: records)
    for record in records {
      let trial = fake.run.trial(record.number)
      #expect(!trial.hasCheckpoint)
      #expect(
        trial.hasAdapter == (kept.contains(record.number) && record.summary?.adapterHash != nil))
    }
    #expect(kept.count < 40)
    #expect(try problems(fake) == [])
    #expect(try RunCleaning(fake.run).items.isEmpty)
  }

  @Test func cleaningListsFirstAndRemovesThen() async throws {
    let fake = try await searched(4)
    defer { fake.remove() }
    let run = fake.run
    let leftovers = [
      run.path + "/.space.yaml.partial-1-1", run.trial(2).path + "/.result.json.partial-9-9",
      run.trial(1).checkpoint, run.trial(90).path,
    ]
    for path in leftovers.prefix(2) { try Data(count: 5000).write(to: URL(filePath: path)) }
    for path in leftovers.suffix(2) {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      try Data(count: 5000).write(to: URL(filePath: path + "/file"))
    }
    let cleaning = try RunCleaning(run)
    #expect(cleaning.items.map(\.path) == leftovers.sorted())
    #expect(cleaning.bytes >= 20_000)
    #expect(
      Set(cleaning.items.map(\.reason)) == [
        "half written by a process that was ended", "checkpoint of a recorded trial",
        "a trial that the database does not know",
      ])
    for path in leftovers { #expect(FileManager.default.fileExists(atPath: path)) }
    let lock = try RunLock.acquire(run)
    try cleaning.apply(holding: lock)
    lock.release()
    #expect(try RunCleaning(run).items.isEmpty)
    #expect(try problems(fake) == [])
    let space = try RunSpace(of: run)
    #expect(space.checkpoints == 0)
    #expect(space.total == run.occupiedBytes(run.path))
  }

  @Test func readersWorkWhileASearchRuns() async throws {
    let fake = try FakeStudy("reading")
    defer { fake.remove() }
    try fake.create()
    let reader = Task {
      var reads = 0
      while !Task.isCancelled && reads < 100 {
        let history = try RunHistory.open(fake.run)
        let trials = try history.trials()
        let events = try history.events()
        #expect(trials.count <= events.count)
        #expect(try RunVerification(fake.run).problems.allSatisfy { $0.place == "space.yaml" })
        reads += 1
        try? await Task.sleep(for: .milliseconds(2))
      }
      return reads
    }
    _ = try await fake.sit(executor: FakeStudy.inline(2))
    reader.cancel()
    #expect(try await reader.value > 0)
  }
}
