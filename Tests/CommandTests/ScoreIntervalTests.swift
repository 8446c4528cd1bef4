import Foundation
import RunStore
import SearchSpaces
import Testing
import Training

@testable import autopeft

@Suite struct ScoreIntervalTests {
  /// 60 right of 100: the interval of the share, near 0.6 ± 1.96 · √(0.24 / 100).
  @Test func theIntervalIsThatOfTheExamples() throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "autopeft-interval-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let trial = RunDirectory(path: folder.path).trial(1)
    try FileManager.default.createDirectory(
      atPath: trial.path, withIntermediateDirectories: true)
    var result = TrialResult(
      state: .complete, split: .validation, epochs: [], steps: 1,
      counts: TrialCounts(
        trainingExamples: 1, validationExamples: 100, scoredExamples: 100, truncatedExamples: 0,
        trainingTokens: 1, trainedParameters: 1, headParameters: 1), timing: TrialTiming())
    let metric = try TaskMetric("accuracy")
    func read() throws -> ClosedRange<Double>? {
      try JSONEncoder().encode(result).write(to: URL(filePath: trial.resultFile))
      return try ScoreInterval.read(trial, metric: metric)
    }
    #expect(try read() == nil)
    result.predictions = .classes(
      predicted: Array(repeating: 0, count: 100),
      expected: (0..<100).map { $0 < 60 ? 0 : 1 }, classCount: 2)
    let interval = try #require(try read())
    #expect(abs(interval.lowerBound - 0.504) < 0.02)
    #expect(abs(interval.upperBound - 0.696) < 0.02)
  }
}
