import Foundation
import TestSupport
import Testing

@testable import Training

/// Every metric against the libraries that define it, on random and on degenerate lists.
@Suite struct MetricTests {
  struct Fixture: Decodable, Sendable {
    struct Classes: Decodable, Sendable {
      let predicted: [Int]
      let expected: [Int]
      let classCount: Int
      let values: [String: Double]
    }
    struct Values: Decodable, Sendable {
      let predicted: [Double]
      let expected: [Double]
      let values: [String: Double]
    }
    let classes: [Classes]
    let values: [Values]
  }

  static func fixture() throws -> Fixture {
    try JSONDecoder().decode(
      Fixture.self, from: Data(contentsOf: Fixtures.url("metrics/metrics.json")))
  }

  @Test func classMetricsEqualScikitLearn() throws {
    for entry in try Self.fixture().classes {
      let predictions = Predictions.classes(
        predicted: entry.predicted, expected: entry.expected, classCount: entry.classCount)
      for (name, expected) in entry.values {
        let metric = try #require(MetricRegistry.named(name))
        #expect(abs(metric.value(predictions) - expected) < 1e-12, "\(name) \(entry)")
      }
    }
  }

  @Test func correlationsEqualSciPy() throws {
    for entry in try Self.fixture().values {
      let predictions = Predictions.values(
        predicted: entry.predicted, expected: entry.expected)
      for (name, expected) in entry.values {
        let metric = try #require(MetricRegistry.named(name))
        #expect(abs(metric.value(predictions) - expected) < 1e-12, "\(name) \(entry)")
      }
    }
  }

  @Test func everyMetricIsFiniteOnNothingAndOnConstants() {
    let lists: [Predictions] = [
      .classes(predicted: [], expected: [], classCount: 2),
      .classes(predicted: [1, 1], expected: [1, 1], classCount: 2),
      .classes(predicted: [0, 0], expected: [1, 1], classCount: 2),
      .values(predicted: [], expected: []),
      .values(predicted: [1], expected: [2]),
      .values(predicted: [3, 3, 3], expected: [1, 2, 3]),
      .values(predicted: [0.1, 0.1, 0.1], expected: [0.3, 0.3, 0.3]),
    ]
    for metric in MetricRegistry.all {
      for predictions in lists {
        #expect(metric.value(predictions).isFinite, "\(metric.name) \(predictions)")
      }
    }
  }

  @Test func everyMetricNamesItsSourceAndReadsBack() throws {
    #expect(Set(MetricRegistry.all.map { $0.name }).count == MetricRegistry.all.count)
    for metric in MetricRegistry.all {
      #expect(!metric.summary.isEmpty)
      #expect(!metric.reference.isEmpty)
      #expect(try TaskMetric(metric.name).name == metric.name)
    }
  }

  @Test func everyFileOfTheCatalogueIsRegistered() throws {
    let folder = Fixtures.packageRoot.appending(path: "Sources/Training/Metrics/Catalog")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path())
      .map { $0.replacing(".swift", with: "") }.filter { $0 != "MetricRegistry" }
    #expect(Set(names) == Set(MetricRegistry.all.map { "\($0)" }))
  }

  @Test func meansAreOfTheirMembers() throws {
    let metric = try TaskMetric("mean( accuracy ,f1)")
    #expect(metric.name == "mean(accuracy, f1)")
    let predictions = Predictions.classes(
      predicted: [0, 1, 1, 0], expected: [0, 1, 0, 0], classCount: 2)
    let values = metric.values(predictions)
    #expect(values == ["accuracy": 0.75, "f1": 2.0 / 3])
    #expect(metric.value(predictions) == (0.75 + 2.0 / 3) / 2)
  }

  @Test(arguments: ["", "acuracy", "accuracy,f1", "mean()", "mean(accuracy", "mean(f1,,f1)"])
  func otherTextsAreRefused(text: String) {
    #expect(throws: MetricNameError.self) { try TaskMetric(text) }
  }

  @Test func exampleScoresAreForPairedStatistics() {
    #expect(
      Predictions.classes(predicted: [0, 1], expected: [0, 0], classCount: 2).exampleScores
        == [1, 0])
    #expect(Predictions.values(predicted: [1, 3], expected: [1, 1]).exampleScores == [0, -4])
  }
}
