import Foundation
import SearchSpaces
import Testing

@testable import Training

/// Trainings that end early, and those that go on from them.
@Suite struct RungTrialTests {
  static let methods = [
    MethodInstance("adalora", ["rank": .integer(2), "spare-ranks": .integer(1)]),
    MethodInstance("bitfit", [:]),
  ]

  /// A training up to an epoch, in a folder of its own that may hold a checkpoint already.
  private func train(
    _ trial: TinyTrial, to epochs: Int?, in name: String, stops: [Int] = []
  ) throws -> (result: TrialResult, directory: String) {
    var trial = trial
    trial.job.epochs = epochs
    return try trial.run(in: name, stoppingAfter: stops)
  }

  /// Hands the checkpoint of one trial to the next, as the study does.
  private func handOver(_ trial: TinyTrial, from: String, to name: String) throws {
    let folder = try trial.folder.makeFolder(name)
    try FileManager.default.moveItem(atPath: "\(from)/checkpoint", toPath: "\(folder)/checkpoint")
  }

  /// A lower rung sees the first epochs of the whole training, and what goes on from it is that
  /// training, also where either was stopped on the way.
  @Test(arguments: [[], [2], [4, 3]])
  func goingOnIsNeverHavingStopped(stops: [Int]) throws {
    let trial = try TinyTrial(methods: Self.methods, training: Self.settings)
    let whole = try train(trial, to: nil, in: "whole")
    #expect(whole.result.epochs.count == 4)
    let first = try train(trial, to: 1, in: "first", stops: stops)
    #expect(first.result.epochs == Array(whole.result.epochs.prefix(1)))
    #expect(first.result.score == first.result.epochs[0].validationScore)
    try handOver(trial, from: first.directory, to: "second")
    let second = try train(trial, to: 3, in: "second", stops: stops)
    #expect(second.result.epochs == Array(whole.result.epochs.prefix(3)))
    try handOver(trial, from: second.directory, to: "third")
    let third = try train(trial, to: nil, in: "third", stops: stops)
    #expect(TinyTrial.deterministic(third.result) == TinyTrial.deterministic(whole.result))
    for file in ["adapter.safetensors", "metrics.jsonl"] {
      let isEqual =
        try TinyTrial.bytes(third.directory, file) == TinyTrial.bytes(whole.directory, file)
      #expect(isEqual, "\(file)")
    }
  }

  static let settings = TrainingSettings(
    epochs: 4, batch: 6, learningRate: 0.02, schedule: .cosine, warmup: 0.2, maximumLength: 12,
    backboneDropout: 0.1)

  /// Without the checkpoint of the rung below the training begins anew, with the same bytes.
  @Test func aLostCheckpointCostsTimeOnly() throws {
    let trial = try TinyTrial(training: Self.settings)
    let whole = try train(trial, to: 3, in: "whole")
    let again = try train(trial, to: 3, in: "again")
    #expect(TinyTrial.deterministic(again.result) == TinyTrial.deterministic(whole.result))
    let bytes = try [whole, again].map {
      try TinyTrial.bytes($0.directory, "adapter.safetensors")
    }
    #expect(bytes[0] == bytes[1])
  }

  /// A training whose patience is over has nothing to go on with; its higher rung says the same.
  @Test func patienceEndsARungToo() throws {
    var settings = Self.settings
    settings.patience = 1
    settings.learningRate = 1e-9
    let trial = try TinyTrial(training: settings)
    let first = try train(trial, to: 3, in: "first")
    #expect(first.result.epochs.count == 2)
    try handOver(trial, from: first.directory, to: "second")
    let second = try train(trial, to: nil, in: "second")
    #expect(TinyTrial.deterministic(second.result) == TinyTrial.deterministic(first.result))
  }

  /// How far a training goes is no part of what it is.
  @Test func theIdentityOfATrainingHasNoEpochs() throws {
    let trial = try TinyTrial()
    var partial = trial.job
    partial.epochs = 1
    #expect(try partial.identity == trial.job.identity)
    let text = try String(decoding: JSONEncoder().encode(trial.job), as: UTF8.self)
    #expect(!text.contains("\"epochs\":null"))
  }
}
