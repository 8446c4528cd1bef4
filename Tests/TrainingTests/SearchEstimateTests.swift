import SearchSpaces
import Testing

@testable import Training

@Suite struct SearchEstimateTests {
  private func estimate(
    _ methods: [[MethodInstance]], gigaflops: Double, epochs: Int = 1
  ) throws -> SearchEstimate {
    let trial = try TinyTrial()
    return try SearchEstimate(
      backbone: trial.job.backbone, task: trial.job.task,
      configurations: methods.map {
        PEFTConfiguration(
          groups: [LayerGroup(layers: 2, methods: $0)],
          training: TrainingSettings(epochs: epochs, maximumLength: 12))
      }, gigaflops: gigaflops)
  }

  @Test func theFormulaIsThatOfTheDocument() {
    #expect(abs(SearchEstimate.seconds(2e9, width: 49, gigaflops: 1) - 2 * 2) < 1e-12)
  }

  @Test func theTimeIsThatOfTheWork() throws {
    let one = try estimate([[TinyTrial.lora]], gigaflops: 10)
    #expect(one.trainingExamples == 20 && one.validationExamples == 10)
    #expect(one.meanSeconds > 0 && one.sgemmGigaflops == 10)
    #expect(one.shortestSeconds == one.longestSeconds)
    let faster = try estimate([[TinyTrial.lora]], gigaflops: 20)
    #expect(abs(faster.meanSeconds * 2 / one.meanSeconds - 1) < 1e-12)
    let longer = try estimate([[TinyTrial.lora]], gigaflops: 10, epochs: 3)
    #expect(abs(longer.meanSeconds / one.meanSeconds - 3) < 1e-12)
    #expect(abs(one.hours(trials: 40, parallel: 2) - one.meanSeconds * 20 / 3600) < 1e-15)
  }

  @Test func theSpreadIsThatOfTheConfigurations() throws {
    let lora = try estimate([[TinyTrial.lora]], gigaflops: 1)
    let head = try estimate([[]], gigaflops: 1)
    let both = try estimate([[TinyTrial.lora], []], gigaflops: 1)
    #expect(both.longestSeconds == lora.meanSeconds && both.shortestSeconds == head.meanSeconds)
    #expect(head.meanSeconds < lora.meanSeconds)
    #expect(abs(both.meanSeconds * 2 - lora.meanSeconds - head.meanSeconds) < 1e-12)
  }
}
