import Foundation
import SearchSpaces
import TestSupport
import Testing

@testable import Training

/// A real BERT and a real task, where they stand beside a checkout.
enum RealModel {
  static let backbone = Fixtures.packageRoot.appending(path: "models/minilm").path()
  static let task = Fixtures.url("tasks/rte.yaml").path()
  static let sentiment = Fixtures.url("tasks/sst2-sentences.yaml").path()
  static var isThere: Bool {
    FileManager.default.fileExists(atPath: "\(backbone)/config.json")
      && Fixtures.sharedData("rte") != nil && Fixtures.sharedData("sst2") != nil
  }

  static func configuration(_ training: TrainingSettings) -> PEFTConfiguration {
    let lora = MethodInstance(
      "lora", ["rank": .integer(8), "targets": .list(["query", "value"])])
    return PEFTConfiguration(
      groups: [LayerGroup(layers: 6, methods: [lora])], training: training)
  }
}

extension Tag {
  /// Takes minutes; `make test-slow` runs it.
  @Tag static var minutes: Self
}

/// Training runs of real length, in the optimised build.
enum SlowTests {
  static let areAskedFor = ProcessInfo.processInfo.environment["AUTOPEFT_SLOW_TESTS"] != nil
}

@Suite(
  .tags(.minutes), .serialized, .enabled(if: SlowTests.areAskedFor, "set AUTOPEFT_SLOW_TESTS"))
struct RealModelTests {
  @Test(.enabled(if: RealModel.isThere, "models/minilm or the data sets are not there"))
  func theBenchmarkMeasuresAShareOfTheMachine() throws {
    let report = try TrainingBenchmark(
      backbone: RealModel.backbone, task: RealModel.task,
      configuration: RealModel.configuration(TrainingSettings(epochs: 1)), steps: 8
    ).run()
    print(try StableJSON.line(report))
    #expect(report.processorSgemmShare > 0.5 && report.processorSgemmShare < 1)
  }

  /// 0.679 when it was measured; the larger class is 0.509 of the 872 validation sentences, whose
  /// standard error is 0.017.
  @Test(.enabled(if: RealModel.isThere, "models/minilm or the data sets are not there"))
  func sentimentIsLearned() throws {
    let training = TrainingSettings(
      epochs: 2, batch: 32, learningRate: 2e-3, examples: 640, maximumLength: 128)
    let result = try train(
      TrialJob(
        trial: 1, configuration: RealModel.configuration(training), backbone: RealModel.backbone,
        task: RealModel.sentiment, seed: 1))
    #expect(result.counts.validationExamples == 872)
    #expect(try #require(result.score) > 0.6)
  }

  /// The quick start's task: low-rank updates find much that the head alone cannot read (0.808
  /// against 0.373 when it was measured; 0.82 against 0.43 to 0.52 in the backbone's first trials).
  @Test func theEmbeddedTaskNeedsMoreThanAHead() throws {
    let lora = MethodInstance(
      "lora", ["rank": .integer(4), "targets": .list(["query", "value"])])
    let scores = try [[lora], []].map { methods in
      let training = TrainingSettings(
        epochs: 3, batch: 16, learningRate: 5e-3, warmup: 0.1, maximumLength: 48)
      let configuration = PEFTConfiguration(
        groups: [LayerGroup(layers: 12, methods: methods)], training: training)
      return try #require(
        try train(
          TrialJob(
            trial: 1, configuration: configuration, backbone: "embedded", task: "nli2", seed: 1)
        ).score)
    }
    #expect(scores[0] > scores[1] + 0.2)
  }

  private func train(_ job: TrialJob) throws -> TrialResult {
    let folder = try TemporaryFolder()
    let runner = TrialRunner(job: job, directory: folder.path)
    guard case .finished(let result) = try runner.run() else {
      throw TrialError.missingDirectory(folder.path)
    }
    print(try StableJSON.line(result.epochs), try StableJSON.line(result.timing))
    return result
  }
}
