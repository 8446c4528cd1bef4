import Foundation
import SearchSpaces
import Testing
import Tokenizers

@testable import Training

@Suite struct PredictorTests {
  /// The saved adapter gives the very predictions that the trial was scored by.
  @Test(arguments: [
    MethodInstance("lora", ["rank": .integer(2)]),
    MethodInstance("bitfit", [:]),
    MethodInstance("adapter", [:]),
    MethodInstance("prefix", ["length": .integer(2), "mlp-width": .integer(8)]),
  ])
  func aSavedAdapterScoresAsItsTrial(method: MethodInstance) throws {
    guard let (trial, result, path) = try trained(method) else { return }
    let predictor = try Predictor(adapter: path)
    let task = try DownstreamTask(named: trial.job.task)
    let score = try predictor.score(on: task, split: .validation)
    #expect(score.predictions == result.predictions)
    #expect(score.score == result.score)
    #expect(score.metrics == result.metrics)
    let best = try #require(result.bestEpoch)
    #expect(abs(score.loss - result.epochs[best - 1].validationLoss) < 1e-6)
  }

  private func trained(
    _ method: MethodInstance
  ) throws -> (TinyTrial, TrialResult, String)? {
    let trial = try TinyTrial(methods: [method])
    let (result, directory) = try trial.run(in: "0001")
    return (trial, result, "\(directory)/adapter.safetensors")
  }

  @Test func answersAreLinesOfJSONInTheOrderOfTheTexts() throws {
    let trial = try TinyTrial()
    let (_, directory) = try trial.run(in: "0001")
    let predictor = try Predictor(adapter: "\(directory)/adapter.safetensors")
    let answers = predictor.answers(to: [Example(text: "red old"), Example(text: "old")])
    #expect(answers.count == 2)
    #expect(answers.allSatisfy { ["colour", "other"].contains($0.label) && $0.logits.count == 2 })
    let line = try answers[0].json
    #expect(line.hasPrefix(#"{"label":""#))
    #expect(!line.contains("\n"))
    let read = try JSONDecoder().decode(Predictor.Answer.self, from: Data(line.utf8))
    #expect(read == answers[0])
  }

  /// A casing that no file says goes from the job through the adapter's file to the answers.
  @Test func aSaidCasingIsKeptWithTheAdapter() throws {
    let trial = try TinyTrial(casing: .uncased)
    let (_, directory) = try trial.run(in: "0001")
    let predictor = try Predictor(adapter: "\(directory)/adapter.safetensors")
    let answers = predictor.answers(to: [Example(text: "red old"), Example(text: "RED Old")])
    #expect(answers[0] == answers[1])
  }

  @Test func aCasingThatNobodySaysIsAskedFor() throws {
    var trial = try TinyTrial(casing: .uncased)
    trial.job.casing = nil
    let path = "\(trial.job.backbone)/vocab.txt"
    #expect(throws: TokenizerError.casingUnknown(path: path)) { try trial.run(in: "0001") }
  }

  @Test func regressionsAnswerWithValues() throws {
    let trial = try TinyTrial(regression: true)
    let (result, directory) = try trial.run(in: "0001")
    let predictor = try Predictor(adapter: "\(directory)/adapter.safetensors")
    let answer = predictor.answers(to: [Example(text: "red")])[0]
    #expect(answer.label == nil)
    #expect(answer.value == Double(answer.logits[0]))
    let task = try DownstreamTask(named: trial.job.task)
    #expect(try predictor.score(on: task, split: .validation).score == result.score)
  }

  @Test func anotherTaskIsRefused() throws {
    let trial = try TinyTrial()
    let (_, directory) = try trial.run(in: "0001")
    let predictor = try Predictor(adapter: "\(directory)/adapter.safetensors")
    #expect(
      throws: TrialError.adapterOfOtherTask(adapter: "'colour', 'other'", task: "numbers")
    ) { try predictor.score(on: DownstreamTask(named: "val"), split: .validation) }
  }

  @Test func otherFilesAreRefused() throws {
    let trial = try TinyTrial()
    let path = "\(trial.job.backbone)/model.safetensors"
    #expect(throws: TrialError.notAnAdapter(path: path, missing: "autopeft")) {
      try Predictor(adapter: path)
    }
  }
}
