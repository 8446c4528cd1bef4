import Testing

@testable import Training

/// The limits that a backbone must keep to be committed, each on both of its sides.
@Suite struct PretrainingReportTests {
  struct Limit: Sendable, CustomTestStringConvertible {
    let name: String
    let kept: Double
    let missed: Double
    let sentence: String
    let set: @Sendable (inout Numbers, Double) -> Void

    var testDescription: String { name }
  }

  /// What a report is made of; the defaults keep every limit.
  struct Numbers {
    var wordLoss = 1.1
    var wordAccuracy = 0.64
    var wordAccuracyBeforeRounding: Double?
    var connectorAccuracy = 0.65
    var quantifier: Double? = 1
    var weightBytes = 1_281_668

    var report: PretrainingReport {
      func measurement(_ accuracy: Double) -> PretrainingMeasurement {
        PretrainingMeasurement(
          wordLoss: wordLoss, bagLoss: 2.9, wordAccuracy: accuracy,
          connectorAccuracy: connectorAccuracy)
      }
      return PretrainingReport(
        trained: measurement(wordAccuracyBeforeRounding ?? wordAccuracy),
        rounded: measurement(wordAccuracy),
        connectors: quantifier.map { [.init(kind: .quantifier, accuracy: $0)] } ?? [],
        weightBytes: weightBytes)
    }
  }

  static let limits: [Limit] = [
    Limit(
      name: "word loss", kept: 1.25, missed: 1.26,
      sentence: "word loss is 1.26, expected at most 1.25.", set: { $0.wordLoss = $1 }),
    Limit(
      name: "word accuracy", kept: 0.6, missed: 0.599,
      sentence: "word accuracy is 0.599, expected at least 0.60.", set: { $0.wordAccuracy = $1 }),
    Limit(
      name: "connector accuracy", kept: 0.6, missed: 0.59,
      sentence: "connector accuracy is 0.59, expected at least 0.60.",
      set: { $0.connectorAccuracy = $1 }),
    Limit(
      name: "quantifiers", kept: 0.95, missed: 0.94,
      sentence: "connector accuracy on quantifiers is 0.94, expected at least 0.95.",
      set: { $0.quantifier = $1 }),
    Limit(
      name: "rounding", kept: 0.644, missed: 0.646,
      sentence: "change of word accuracy by rounding is 0.006, expected below 0.005.",
      set: { $0.wordAccuracyBeforeRounding = $1 }),
    Limit(
      name: "file", kept: 1_350_000, missed: 1_350_001,
      sentence: "weight file in bytes is 1.35e+06, expected at most 1,350,000.",
      set: { $0.weightBytes = Int($1) }),
  ]

  @Test(arguments: limits) func everyLimitIsCheckedOnBothSides(limit: Limit) {
    var numbers = Numbers()
    limit.set(&numbers, limit.kept)
    #expect(numbers.report.shortfalls == [])
    limit.set(&numbers, limit.missed)
    #expect(numbers.report.shortfalls == [limit.sentence])
  }

  @Test func aMissingMeasurementIsAShortfall() {
    var numbers = Numbers()
    numbers.quantifier = nil
    #expect(numbers.report.shortfalls.count == 1)
  }

  @Test func numbersThatAreNoneAreShortfalls() {
    var numbers = Numbers()
    (numbers.wordLoss, numbers.wordAccuracy, numbers.connectorAccuracy) = (.nan, .nan, .nan)
    #expect(numbers.report.shortfalls.count == 4)
  }
}
