import Foundation
import LinearAlgebra
import SearchSpaces
import Testing

@testable import Training

@Suite struct TrialRunnerTests {
  @Test func trainsScoresAndWritesItsFiles() throws {
    let trial = try TinyTrial()
    let (result, directory) = try trial.run(in: "0001")
    #expect(result.state == .complete)
    #expect(result.epochs.count == 3)
    #expect(result.steps == 9)
    #expect(result.score == result.validationScore)
    #expect(result.predictions?.count == 10)
    #expect(result.counts.trainingExamples == 20)
    #expect(result.counts.headParameters == 2 * 16 + 2)
    #expect(result.counts.trainedParameters == 2 * 2 * 2 * (16 + 16))
    let first = try #require(result.epochs.first?.trainingLoss)
    let last = try #require(result.epochs.last?.trainingLoss)
    #expect(last < first)
    let lines = try String(contentsOfFile: "\(directory)/metrics.jsonl", encoding: .utf8)
    #expect(lines.split(separator: "\n").count == 3)
    let stored = try JSONDecoder().decode(
      TrialResult.self, from: TinyTrial.bytes(directory, "result.json"))
    #expect(stored == result)
  }

  /// The central promise: a stop after any step, or within any evaluation, changes no byte.
  @Test(arguments: [TinyTrial.settings, Self.withPatience])
  func stoppingAnywhereChangesNothing(training: TrainingSettings) throws {
    let trial = try TinyTrial(
      methods: [TinyTrial.lora, MethodInstance("bitfit", [:])], training: training)
    let whole = try trial.run(in: "whole")
    let expected = TinyTrial.deterministic(whole.result)
    for stop in 1...14 {
      let parts = try trial.run(in: "stop-\(stop)", stoppingAfter: [stop])
      #expect(TinyTrial.deterministic(parts.result) == expected, "stop \(stop)")
      for file in ["adapter.safetensors", "metrics.jsonl"] {
        let isEqual =
          try TinyTrial.bytes(parts.directory, file)
          == TinyTrial.bytes(whole.directory, file)
        #expect(isEqual, "\(file), stop \(stop)")
      }
    }
    let many = try trial.run(in: "many", stoppingAfter: Array(repeating: 1, count: 30))
    #expect(TinyTrial.deterministic(many.result) == expected)
    #expect(many.result.timing.resumptions > 8)
    let everyStep = try trial.run(in: "checkpoints", checkpointInterval: 0)
    #expect(TinyTrial.deterministic(everyStep.result) == expected)
  }

  /// Copies, dropped layers and second passes are drawn by the step alone.
  @Test func methodsThatDrawResumeWithTheSameBits() throws {
    let adamix = MethodInstance(
      "adamix", ["bottleneck": .integer(3), "down-copies": .integer(3), "up-copies": .integer(2)])
    let drop = MethodInstance("adapterdrop", ["bottleneck": .integer(3), "dropped": .integer(1)])
    let trial = try TinyTrial(methods: [adamix], model: [drop])
    let whole = try trial.run(in: "whole")
    #expect(whole.result.state == .complete)
    for stop in [2, 5, 9] {
      let parts = try trial.run(in: "stop-\(stop)", stoppingAfter: [stop])
      #expect(
        TinyTrial.deterministic(parts.result) == TinyTrial.deterministic(whole.result))
      let isEqual =
        try TinyTrial.bytes(parts.directory, "adapter.safetensors")
        == TinyTrial.bytes(whole.directory, "adapter.safetensors")
      #expect(isEqual, "stop \(stop)")
    }
  }

  static let withPatience = TrainingSettings(
    epochs: 4, batch: 6, learningRate: 0.02, schedule: .cosine, warmup: 0.2, weightDecay: 0.1,
    patience: 1, examples: 15, maximumLength: 12)

  @Test func regressionTrainsAndResumes() throws {
    let trial = try TinyTrial(regression: true)
    let whole = try trial.run(in: "whole")
    #expect(whole.result.state == .complete)
    #expect(whole.result.counts.headParameters == 17)
    #expect(Set(whole.result.metrics.keys) == ["pearson", "spearman"])
    let parts = try trial.run(in: "parts", stoppingAfter: [2, 5])
    #expect(TinyTrial.deterministic(parts.result) == TinyTrial.deterministic(whole.result))
  }

  @Test func theTrialNumberAndTheOrderOfTrialsDoNotMatter() throws {
    var trial = try TinyTrial()
    let first = try trial.run(in: "first").result
    trial.job.trial = 40
    let later = try trial.run(in: "later").result
    #expect(TinyTrial.deterministic(first) == TinyTrial.deterministic(later))
  }

  @Test func replicatesAndSeedsSeeOtherNoise() throws {
    var trial = try TinyTrial()
    let first = try trial.run(in: "first").result
    trial.job.replicate = 1
    let replicate = try trial.run(in: "replicate").result
    trial.job.seed += 1
    let seed = try trial.run(in: "seed").result
    #expect(first.epochs != replicate.epochs)
    #expect(replicate.epochs != seed.epochs)
  }

  /// Blocks of a designed experiment see other noise; outside of one, nothing has changed.
  @Test func blocksSeeOtherNoise() throws {
    var trial = try TinyTrial()
    let plain = trial.job.key
    trial.job.block = 1
    let first = trial.job.key
    trial.job.block = 2
    #expect(Set([plain, first, trial.job.key]).count == 3)
    #expect(plain == RandomKey(seed: trial.job.seed).derived("replicate").derived(0))
  }

  @Test func testIsOpenedOnlyWhenAskedFor() throws {
    var trial = try TinyTrial()
    let validation = try trial.run(in: "validation").result
    trial.job.split = .test
    let test = try trial.run(in: "test", stoppingAfter: [13]).result
    #expect(test.bestEpoch == validation.bestEpoch)
    #expect(test.epochs == validation.epochs)
    #expect(test.validationScore == validation.score)
    #expect(test.predictions != validation.predictions)
    try FileManager.default.removeItem(atPath: "\(trial.folder.path)/test.tsv")
    trial.job.split = .validation
    #expect(try trial.run(in: "no-test-file").result.score == validation.score)
  }

  @Test func aFinishedTrialIsNotTrainedAgain() throws {
    let trial = try TinyTrial()
    let first = try trial.run(in: "0001").result
    try FileManager.default.removeItem(atPath: "\(trial.folder.path)/train.tsv")
    #expect(try trial.run(in: "0001").result == first)
  }

  @Test(arguments: [
    (1e39, "loss is not finite at step 2 (learning rate 1e+39)"),
    (1e4, "loss diverges at step 2 (learning rate 10000.0): the mean of the last 2 steps is "),
  ])
  func aRunawayLossFailsTheTrialWithStepAndLearningRate(rate: Double, start: String) throws {
    var settings = TinyTrial.settings
    settings.learningRate = rate
    settings.warmup = 0
    settings.clip = 0
    let (result, directory) = try TinyTrial(training: settings).run(in: "0001")
    #expect(result.state == .failed)
    #expect(result.score == nil)
    #expect(try #require(result.failure).hasPrefix(start))
    #expect(!FileManager.default.fileExists(atPath: "\(directory)/adapter.safetensors"))
  }

  @Test func aDamagedCheckpointIsSetAsideAndTheTrialStartsAgain() throws {
    let trial = try TinyTrial()
    let whole = try trial.run(in: "whole").result
    let directory = try trial.folder.makeFolder("damaged")
    let stopping = TrialRunner(job: trial.job, directory: directory, logger: TinyTrial.silent)
    guard case .stopped = try stopping.run(shouldStop: { true }) else {
      Issue.record("expected a stop")
      return
    }
    let path = "\(directory)/checkpoint/state.safetensors"
    var bytes = try Data(contentsOf: URL(filePath: path))
    bytes[bytes.count - 5] ^= 1
    try bytes.write(to: URL(filePath: path))
    let again = try trial.run(in: "damaged").result
    #expect(TinyTrial.deterministic(again) == TinyTrial.deterministic(whole))
    #expect(again.timing.resumptions == 0)
    #expect(
      FileManager.default.fileExists(atPath: "\(directory)/checkpoint/damaged.safetensors"))
  }

  @Test func aCheckpointOfAnotherTrainingIsRefused() throws {
    var trial = try TinyTrial()
    let directory = try trial.folder.makeFolder("0001")
    _ = try TrialRunner(job: trial.job, directory: directory, logger: TinyTrial.silent)
      .run(shouldStop: { true })
    trial.job.seed = 12
    #expect(
      throws: TrialError.foreignCheckpoint(path: "\(directory)/checkpoint/state.safetensors")
    ) { try trial.run(in: "0001") }
  }

  @Test(arguments: HeadKind.allCases)
  func everyHeadTrains(kind: HeadKind) throws {
    var trial = try TinyTrial(methods: [])
    trial.job.headKind = kind
    let result = try trial.run(in: "0001").result
    let counts: [HeadKind: Int] = [
      .automatic: 34, .pooler: 34, .trainedPooler: 34 + 272, .token: 34, .twoLayer: 34 + 272,
    ]
    #expect(result.counts.headParameters == counts[kind])
    #expect(result.counts.trainedParameters == 0)
    let losses = result.epochs.map(\.trainingLoss)
    #expect(losses[2] < losses[0])
  }
}
