import Checkpoints
import Foundation
import PEFTMethods
import SearchSpaces
import Testing

@testable import Training

/// What keeps a trial from being trained at all is thrown, and says so.
@Suite struct TrialRefusalTests {
  @Test func aMissingFolderIsNotMade() throws {
    let trial = try TinyTrial()
    let runner = TrialRunner(job: trial.job, directory: "/no/such/folder", logger: TinyTrial.silent)
    #expect(throws: TrialError.missingDirectory("/no/such/folder")) { try runner.run() }
  }

  @Test func aPoolerHeadNeedsAPooler() throws {
    var trial = try TinyTrial()
    trial.job.backbone = try TinyBackbone.make(in: trial.folder, hasPooler: false)
    for kind in [HeadKind.pooler, .trainedPooler] {
      trial.job.headKind = kind
      #expect(throws: TrialError.noPooler(kind)) { try trial.run(in: "\(kind.rawValue)") }
    }
    trial.job.headKind = .automatic
    let result = try trial.run(in: "automatic").result
    #expect(result.counts.headParameters == 34)
  }

  @Test func theConfigurationMustFitTheBackbone() throws {
    var trial = try TinyTrial()
    trial.job.configuration.groups = [LayerGroup(layers: 3, methods: [])]
    #expect(throws: MethodError.layerCountMismatch(configuration: 3, backbone: 2)) {
      try trial.run(in: "0001")
    }
  }

  @Test func aResultThatIsNoneIsNamed() throws {
    let trial = try TinyTrial()
    let directory = try trial.folder.makeFolder("0001")
    let path = try trial.folder.write("{}", to: "0001/result.json")
    let runner = TrialRunner(job: trial.job, directory: directory, logger: TinyTrial.silent)
    #expect {
      try runner.run()
    } throws: { error in
      guard case TrialError.damagedResult(path, _)? = error as? TrialError else { return false }
      return true
    }
  }

  struct Setting: Sendable, CustomTestStringConvertible {
    let name: String
    let change: @Sendable (inout TrainingSettings) -> Void
    let sentence: String

    var testDescription: String { name }
  }

  static let settings: [Setting] = [
    Setting(
      name: "epochs", change: { $0.epochs = 0 }, sentence: "'epochs' must be at least 1, got 0."),
    Setting(
      name: "batch", change: { $0.batch = 0 }, sentence: "'batch' must be at least 1, got 0."),
    Setting(
      name: "learning rate", change: { $0.learningRate = 0 },
      sentence: "'learning-rate' must be a number above 0, got 0.0."),
    Setting(
      name: "warm-up", change: { $0.warmup = 1.5 },
      sentence: "'warmup' must be a share from 0 to 1, got 1.5."),
    Setting(
      name: "decay", change: { $0.weightDecay = -1 },
      sentence: "'weight-decay' must be at least 0, got -1.0."),
    Setting(
      name: "clip", change: { $0.clip = -1 },
      sentence: "'clip' must be at least 0 (0 switches it off), got -1.0."),
    Setting(
      name: "patience", change: { $0.patience = -1 },
      sentence: "'patience' must be at least 0 (0 trains to the end), got -1."),
    Setting(
      name: "examples", change: { $0.examples = 0 },
      sentence: "'examples' must be at least 1, got 0."),
    Setting(
      name: "length", change: { $0.maximumLength = 2 },
      sentence: "'maximum-length' must be at least 8 tokens, got 2."),
    Setting(
      name: "dropout", change: { $0.backboneDropout = 1 },
      sentence: "'backbone-dropout' must be a rate from 0 to below 1, got 1.0."),
  ]

  @Test(arguments: settings)
  func impossibleSettingsAreRefused(setting: Setting) throws {
    var trial = try TinyTrial()
    setting.change(&trial.job.configuration.training)
    #expect {
      try trial.run(in: "0001")
    } throws: { "\($0)" == "training: \(setting.sentence)" }
  }

  /// Whatever happens to a checkpoint's bytes, the trial ends as if there had been none.
  @Test(arguments: ["cut", "empty", "header", "text"])
  func damagedCheckpointsNeverChangeTheResult(damage: String) throws {
    let trial = try TinyTrial()
    let expected = TinyTrial.deterministic(try trial.run(in: "whole").result)
    let directory = try trial.folder.makeFolder(damage)
    _ = try TrialRunner(job: trial.job, directory: directory, logger: TinyTrial.silent)
      .run(shouldStop: { true })
    let path = "\(directory)/checkpoint/state.safetensors"
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    switch damage {
    case "cut": bytes.removeLast(100)
    case "empty": bytes = []
    case "header":
      let text = String(decoding: bytes[8...], as: UTF8.self)
      let place = try #require(text.utf8.firstRange(of: Array("lossSum".utf8)))
      let offset = 8 + text.utf8.distance(from: text.startIndex, to: place.upperBound) + 4
      bytes[offset] = bytes[offset] == UInt8(ascii: "1") ? UInt8(ascii: "2") : UInt8(ascii: "1")
    default: bytes = Array("not a checkpoint".utf8)
    }
    try AtomicFile.write(bytes, to: path)
    let result = try trial.run(in: damage).result
    #expect(TinyTrial.deterministic(result) == expected)
  }

  @Test func jobsAndResultsSurviveTheirFiles() throws {
    let trial = try TinyTrial(regression: true)
    let job = try StableJSON.value(TrialJob.self, from: try StableJSON.line(trial.job))
    #expect(job == trial.job)
    let result = try trial.run(in: "0001").result
    #expect(try StableJSON.value(TrialResult.self, from: StableJSON.line(result)) == result)
  }
}
