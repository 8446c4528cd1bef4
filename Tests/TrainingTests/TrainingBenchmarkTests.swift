import Foundation
import SearchSpaces
import Testing

@testable import Training

@Suite struct TrainingBenchmarkTests {
  @Test func everyNumberIsMeasured() throws {
    let trial = try TinyTrial()
    let report = try TrainingBenchmark(
      backbone: trial.job.backbone, task: trial.job.task,
      configuration: trial.job.configuration, steps: 3
    ).run()
    #expect(report.steps == 3)
    #expect(report.examplesPerSecond > 0)
    #expect(report.tokensPerSecond > report.examplesPerSecond)
    #expect(report.sgemmShare > 0 && report.sgemmShare < 1)
    #expect(report.evaluationExamplesPerSecond > 0)
    #expect(report.peakMemoryBytes > 1_000_000)
    let text = try StableJSON.line(report)
    for key in ["examples_per_second", "tokens_per_second", "sgemm_share", "peak_memory_bytes"] {
      #expect(text.contains("\"\(key)\":"))
    }
  }

  /// The trace begins with the step that warms the machine up and is not measured.
  @Test func theStepsCanBeReplayed() throws {
    let trial = try TinyTrial()
    let trace = "\(trial.folder.path)/trace"
    _ = try TrainingBenchmark(
      backbone: trial.job.backbone, task: trial.job.task,
      configuration: trial.job.configuration, steps: 2,
      trace: TraceRequest(directory: trace, steps: 3)
    ).run()
    let lines = String(decoding: try TinyTrial.bytes(trace, "steps.jsonl"), as: UTF8.self)
      .split(separator: "\n")
    #expect(lines.count == 3)
    let settings = try StableJSON.value(
      TraceSettings.self,
      from: String(decoding: try TinyTrial.bytes(trace, "settings.json"), as: UTF8.self))
    #expect(settings.steps == 3 && settings.job.configuration.training.schedule == .constant)
  }
}
