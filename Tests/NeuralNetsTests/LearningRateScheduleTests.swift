import NeuralNets
import Testing

@Suite struct LearningRateScheduleTests {
  /// Values of `get_{constant,linear,cosine}_schedule_with_warmup(optimizer, 4, 10)` of
  /// huggingface/transformers 5.23.0, steps 0 to 11.
  static let expected: [(LearningRateSchedule.Kind, [Double])] = [
    (.constant, [0, 0.25, 0.5, 0.75, 1, 1, 1, 1, 1, 1, 1, 1]),
    (.linear, [0, 0.25, 0.5, 0.75, 1, 5.0 / 6, 4.0 / 6, 0.5, 2.0 / 6, 1.0 / 6, 0, 0]),
    (
      .cosine,
      [
        0, 0.25, 0.5, 0.75, 1, 0.933012701892219, 0.75, 0.5, 0.25, 0.066987298107781, 0,
        0.066987298107781,
      ]
    ),
  ]

  @Test(arguments: expected)
  func equalsTransformers(kind: LearningRateSchedule.Kind, factors: [Double]) {
    let schedule = LearningRateSchedule(kind, warmupSteps: 4, totalSteps: 10)
    for (step, factor) in factors.enumerated() {
      #expect(abs(schedule.factor(step: step) - factor) < 1e-12, "step \(step)")
    }
  }

  @Test(arguments: LearningRateSchedule.Kind.allCases)
  func withoutWarmupStartsAtOne(kind: LearningRateSchedule.Kind) {
    #expect(LearningRateSchedule(kind, warmupSteps: 0, totalSteps: 5).factor(step: 0) == 1)
  }

  @Test func warmupAsLongAsTheTrainingIsAccepted() {
    let schedule = LearningRateSchedule(.linear, warmupSteps: 3, totalSteps: 3)
    #expect((0...3).map { schedule.factor(step: $0) } == [0, 1.0 / 3, 2.0 / 3, 0])
  }
}
