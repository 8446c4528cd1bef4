import Testing

@testable import Training
@testable import autopeft

@Suite struct PretrainCommandTests {
  private static func report(wordAccuracy: Double, weightBytes: Int) -> PretrainingReport {
    let measurement = PretrainingMeasurement(
      wordLoss: 1.1, bagLoss: 2.8, wordAccuracy: wordAccuracy, connectorAccuracy: 0.7)
    return PretrainingReport(
      trained: measurement, rounded: measurement,
      connectors: [.init(kind: .quantifier, accuracy: 0.99)], weightBytes: weightBytes)
  }

  @Test func aGoodModelIsAccepted() throws {
    try PretrainCommand.accept(Self.report(wordAccuracy: 0.64, weightBytes: 1_281_668))
  }

  @Test func aModelBelowTheLimitsEndsWithCodeOneAndNamesThem() throws {
    let failure = try #require(
      #expect(throws: Failure.Outcome.self) {
        try PretrainCommand.accept(Self.report(wordAccuracy: 0.5, weightBytes: 2_000_000))
      })
    #expect(failure.code == 1)
    #expect(
      failure.text == """
        the model is written, but it is below what the embedded backbone must reach:
          word accuracy is 0.5, expected at least 0.60.
          weight file in bytes is 2e+06, expected at most 1,350,000.
        """)
  }
}
