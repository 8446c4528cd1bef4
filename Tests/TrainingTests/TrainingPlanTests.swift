import LinearAlgebra
import NeuralNets
import SearchSpaces
import Testing

@testable import Training

@Suite struct TrainingPlanTests {
  private let key = RandomKey(seed: 3)

  private func plan(_ count: Int, batch: Int, epochs: Int = 2, warmup: Double = 0) -> TrainingPlan {
    TrainingPlan(
      settings: TrainingSettings(epochs: epochs, batch: batch, warmup: warmup),
      exampleCount: count, key: key)
  }

  @Test func everyEpochSeesEveryExampleOnceInAnOrderOfItsOwn() {
    let plan = plan(23, batch: 5)
    #expect(plan.stepsPerEpoch == 5)
    #expect(plan.totalSteps == 10)
    let orders = (0..<3).map { plan.order(epoch: $0) }
    for order in orders {
      let seen = (0..<5).flatMap { plan.batch($0, of: order) }
      #expect(seen.sorted() == Array(0..<23))
      #expect(plan.batch(4, of: order).count == 3)
    }
    #expect(orders[0] != orders[1] && orders[1] != orders[2])
    #expect(plan.order(epoch: 1) == orders[1])
    let other = TrainingPlan(
      settings: plan.settings, exampleCount: 23, key: RandomKey(seed: 4))
    #expect(other.order(epoch: 0) != orders[0])
  }

  @Test func theScheduleEndsWithTheLastStepOfTheLastEpoch() {
    let plan = plan(20, batch: 5, epochs: 5, warmup: 0.1)
    #expect(plan.schedule.warmupSteps == 2)
    #expect(plan.schedule.totalSteps == 20)
    #expect(plan.schedule.factor(step: 0) == 0)
    #expect(plan.schedule.factor(step: 2) == 1)
    #expect(plan.schedule.factor(step: 20) == 0)
  }

  @Test func smallerSubsetsAreParts() {
    let all = TrainingPlan.subset(of: 50, limit: nil, key: key)
    #expect(all == Array(0..<50))
    var smaller: Set<Int> = []
    for limit in [1, 5, 20, 49, 50, 80] {
      let subset = TrainingPlan.subset(of: 50, limit: limit, key: key)
      #expect(subset.count == min(limit, 50))
      #expect(subset == subset.sorted())
      #expect(smaller.isSubset(of: subset))
      smaller = Set(subset)
    }
  }

  @Test func noiseIsKeyedByTheStepAlone() {
    let short = plan(20, batch: 5)
    let long = plan(400, batch: 16, epochs: 9)
    #expect(short.noise(step: 3) == long.noise(step: 3))
    #expect(short.noise(step: 3) != short.noise(step: 4))
  }
}

@Suite struct TokenizedExamplesTests {
  private func examples(_ lengths: [Int]) -> TokenizedExamples {
    TokenizedExamples(lengths.map { Example(text: "\($0)", target: .category($0 % 2)) }) {
      text, _ in
      let length = Int(text) ?? 0
      return TokenizedExamples.Sequence(
        ids: Array(repeating: Int32(length), count: min(length, 50)),
        types: Array(repeating: 0, count: min(length, 50)), isTruncated: length > 50)
    }
  }

  @Test func batchesHoldWhatWasAskedFor() {
    let examples = examples([3, 60, 5, 7])
    #expect(examples.count == 4)
    #expect(examples.tokenCount == 3 + 50 + 5 + 7)
    #expect(examples.truncatedCount == 1)
    let batch = examples.batch([2, 0])
    #expect(batch.tokens == [5, 5, 5, 5, 5, 3, 3, 3])
    #expect(batch.offsets == [0, 5, 8])
    #expect(examples.targets([2, 1]) == .classes([1, 0]))
  }

  @Test func evaluationBatchesCoverAllWithinTheirLimits() {
    let examples = examples([10, 20, 50, 5, 5, 50, 50, 1])
    let batches = examples.evaluationBatches(sequenceLimit: 3, tokenLimit: 60)
    #expect(batches == [0..<2, 2..<5, 5..<6, 6..<8])
    #expect(examples.evaluationBatches(sequenceLimit: 1, tokenLimit: 1).count == 8)
    #expect(self.examples([]).evaluationBatches() == [])
  }
}
