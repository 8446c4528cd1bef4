import Foundation
import LinearAlgebra
import NeuralNets
import SearchSpaces
import TensorCore
import Testing

@testable import Training

@Suite struct EvaluationTests {
  private func model(_ folder: TemporaryFolder) throws -> (FineTunedModel, BackboneSource) {
    let source = try BackboneSource(name: try TinyBackbone.make(in: folder))
    let model = try FineTunedModel(
      backbone: source.backbone,
      configuration: PEFTConfiguration(
        groups: [LayerGroup(layers: 2, methods: [TinyTrial.lora])],
        training: TrainingSettings()),
      headKind: .automatic, outputCount: 3, headDropout: 0.1, key: RandomKey(seed: 1))
    return (model, source)
  }

  private let examples = (0..<30).map { index in
    Example(
      text: (0...index % 9).map { TinyBackbone.words[5 + ($0 * index) % 7] }
        .joined(separator: " "), target: .category(index % 3))
  }

  /// Packing must not change a sequence: each alone gives the logits that it has in a batch.
  @Test func batchesDoNotChangeWhatTheModelSays() throws {
    let folder = try TemporaryFolder()
    let (model, source) = try model(folder)
    let tape = Tape(recording: false)
    let together = try #require(
      Evaluation(model, on: source.tokenize(examples, maximumLength: 12), tape: tape))
    for (index, example) in examples.enumerated() {
      let alone = try #require(
        Evaluation(model, on: source.tokenize([example], maximumLength: 12), tape: tape))
      for (a, b) in zip(alone.logits[0], together.logits[index]) { #expect(abs(a - b) < 1e-5) }
    }
  }

  @Test func theMeanLossIsThatOfTraining() throws {
    let folder = try TemporaryFolder()
    let (model, source) = try model(folder)
    let tokens = source.tokenize(examples, maximumLength: 12)
    let tape = Tape(recording: false)
    let evaluation = try #require(Evaluation(model, on: tokens, tape: tape))
    let logits = model.logits(tokens.batch(0..<30), tape: tape)
    let loss = tokens.targets(0..<30).loss(logits, tape: tape)
    let expected = withExtendedLifetime(tape) { Double(loss.scalar) }
    #expect(abs(evaluation.meanLoss(tokens.targets) - expected) < 1e-5)
  }

  @Test func squaredErrorsAndLargestLogitsAreExact() {
    let values = Evaluation(logits: [[1], [3]])
    #expect(values.meanLoss([.value(2), .value(1)]) == 2.5)
    #expect(
      values.predictions([.value(2), .value(1)])
        == .values(predicted: [1, 3], expected: [2, 1]))
    let classes = Evaluation(logits: [[0, 2, 2], [5, 1, 1]])
    #expect(
      classes.predictions([.category(1), .category(2)])
        == .classes(predicted: [1, 0], expected: [1, 2], classCount: 3))
    #expect(abs(Evaluation(logits: [[0, 0]]).meanLoss([.category(1)]) - log(2)) < 1e-15)
    #expect(Evaluation(logits: [[1e30, 0]]).meanLoss([.category(0)]) == 0)
    #expect(!Evaluation(logits: [[.nan, 0]]).isFinite)
  }

  @Test func aStopLeavesTheEvaluation() throws {
    let folder = try TemporaryFolder()
    let (model, source) = try model(folder)
    let tokens = source.tokenize(examples, maximumLength: 12)
    #expect(
      Evaluation(model, on: tokens, tape: Tape(recording: false), shouldStop: { true }) == nil)
  }

  @Test func textsAreCutToWhatTheBackboneHolds() throws {
    let folder = try TemporaryFolder()
    let (_, source) = try model(folder)
    let long = Example(text: Array(repeating: "red", count: 40).joined(separator: " "))
    let tokens = source.tokenize([long], maximumLength: 128)
    #expect(tokens.length(0) == 16)
    #expect(tokens.truncatedCount == 1)
  }
}

@Suite struct DivergenceWatchTests {
  @Test func noiseIsNotDivergence() {
    var watch = DivergenceWatch()
    for step in 0..<200 {
      #expect(watch.mean(adding: step % 10 == 0 ? 50 : 0.7, constantLoss: 0.693) == nil)
    }
  }

  @Test func sixteenBadStepsOrOneAwfulOneAre() {
    var watch = DivergenceWatch()
    for _ in 0..<15 { #expect(watch.mean(adding: 10.5, constantLoss: 1) == nil) }
    #expect(watch.mean(adding: 10.5, constantLoss: 1) == 10.5)
    var other = DivergenceWatch()
    #expect(other.mean(adding: 161, constantLoss: 1) == 161)
  }

  @Test func constantAnswersHaveTheTextbookLoss() {
    #expect(DivergenceWatch.constantLoss([.category(0)], classCount: 3) == log(3))
    #expect(DivergenceWatch.constantLoss([.value(1), .value(3)], classCount: 1) == 5)
    #expect(DivergenceWatch.constantLoss([.value(0)], classCount: 1) > 0)
  }
}
