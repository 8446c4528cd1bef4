import Foundation
import GRDB
import SearchSpaces
import Testing

@testable import RunStore

/// A run directory for one test.
final class TestRun: Sendable {
  let parent: String
  let run: RunDirectory

  init() throws {
    parent = NSTemporaryDirectory() + "/runstore-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    run = try RunDirectory.create(name: "test", in: parent) { run in
      try RunFiles.durable.write(Data("version: 1\n".utf8), run.spaceFile)
      try RunEnvironment(facts: ["blas": "reference"]).write(to: run)
      try RunStore.create(run, settings: TestRun.settings, budget: TestRun.budget)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: parent) }

  static let settings = StudySettings(
    seed: .max, strategy: "random", overrides: ["strategy.x=1"], window: 4, plannedTrials: 40,
    backbone: "embedded", task: "nli2", head: "automatic", spaceHash: "00")
  static let budget = StudyBudget(trials: 40, seconds: 60)

  func open() throws -> (store: RunStore, lock: RunLock) {
    let lock = try RunLock.acquire(run)
    return (try RunStore.open(run, lock: lock), lock)
  }

  static func candidate(_ rank: Int, replicate: Int = 0, seenThrough: Int = 0) -> NewTrial {
    let configuration = PEFTConfiguration(
      groups: [
        LayerGroup(
          layers: 2,
          methods: [
            MethodInstance(
              "lora",
              [
                "rank": .integer(rank), "scale": .number(1), "dropout": .number(0.1),
                "targets": .list(["query"]), "rs": .flag(true), "init": .text("normal"),
              ])
          ])
      ], training: TrainingSettings(learningRate: 0.1 + 0.2))
    return NewTrial(
      origin: replicate > 0 ? .confirmation : .initial, point: ["rank": .integer(rank)],
      configuration: configuration,
      costs: TrialCosts(
        parameters: ParameterCounts(trained: rank, deployed: rank, published: rank),
        optimizerBytes: 1, activationBytes: 2, flopsPerToken: 3, fileBytes: 4,
        addedLatencyEstimate: 0),
      identity: "rank \(rank)", replicate: replicate, seenThrough: seenThrough)
  }

  /// Changes the database behind the program's back.
  func tamper(_ sql: String) throws {
    let queue = try DatabaseQueue(path: run.storeFile)
    try queue.writeWithoutTransaction {
      try $0.execute(sql: "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF; " + sql)
    }
    try queue.close()
  }

  /// Ten trials with results, closed again.
  func fill() throws {
    let (store, lock) = try open()
    for rank in 1...10 {
      _ = try store.propose([Self.candidate(rank)])
      try store.recordStart(rank, step: 0)
      try store.recordResult(rank, .complete(score: 1 / Double(rank), TrialSummary(steps: rank)))
    }
    try store.close()
    lock.release()
  }
}
