import LinearAlgebra
import NeuralNets
import PEFTMethods
import SearchSpaces
import TensorCore
import Testing

@testable import Training

/// Whole trainings with rows in front of every sequence.
@Suite struct PromptTrialTests {
  static let prompt = MethodInstance("prompt-tuning", ["length": .integer(4)])
  static let prompts: [MethodInstance] = [
    prompt,
    MethodInstance("p-tuning", ["length": .integer(3), "encoder-width": .integer(8)]),
    MethodInstance(
      "p-tuning",
      ["length": .integer(3), "encoder": .text("lstm"), "encoder-width": .integer(4)]),
    MethodInstance("p-tuning-v2", ["length": .integer(3), "dropout": .number(0.1)]),
  ]

  /// The folded prompt in the file gives the predictions that the trial was scored by.
  @Test(arguments: prompts)
  func aSavedPromptScoresAsItsTrial(prompt: MethodInstance) throws {
    let trial = try TinyTrial(methods: [TinyTrial.lora], model: [prompt])
    let (result, directory) = try trial.run(in: "0001")
    let predictor = try Predictor(adapter: "\(directory)/adapter.safetensors")
    let score = try predictor.score(
      on: DownstreamTask(named: trial.job.task), split: .validation)
    #expect(score.predictions == result.predictions)
    #expect(predictor.maximumLength == 12)
    #expect(predictor.attached.configuration.model.map(\.name) == [prompt.name])
  }

  @Test func aStoppedPromptEndsAsOneThatWasNot() throws {
    let trial = try TinyTrial(methods: [], model: [Self.prompts[1]])
    let whole = try trial.run(in: "whole")
    let stopped = try trial.run(in: "stopped", stoppingAfter: [2, 3])
    #expect(TinyTrial.deterministic(stopped.result) == TinyTrial.deterministic(whole.result))
    #expect(
      try TinyTrial.bytes(stopped.directory, "adapter.safetensors")
        == TinyTrial.bytes(whole.directory, "adapter.safetensors"))
  }

  /// Only the prompt and the head move, and both do.
  @Test func aPromptTrains() throws {
    let trial = try TinyTrial(methods: [], model: [Self.prompt])
    let trainer = try TrainingBenchmark(
      backbone: trial.job.backbone, task: trial.job.task, configuration: trial.job.configuration,
      steps: 4
    ).makeTrainer(cache: CacheFolder(path: nil, logger: TinyTrial.silent))
    let before = trainer.model.trained.map(\.parameter.array)
    #expect(
      trainer.model.trained.map(\.name)
        == ["embeddings.prompt-tuning.rows", "head.output.weight", "head.output.bias"])
    try trainer.step()
    for (entry, old) in zip(trainer.model.trained, before) {
      #expect(entry.parameter.array != old, "\(entry.name)")
    }
  }

  /// Sixteen positions, eight of them taken: a text keeps eight tokens, special ones included.
  @Test func textsAreCutToWhatAPromptLeaves() throws {
    let folder = try TemporaryFolder()
    let source = try BackboneSource(name: try TinyBackbone.make(in: folder))
    let text = [String](repeating: "red", count: 20).joined(separator: " ")
    let examples = [Example(text: text), Example(text: "old")]
    #expect(source.tokenize(examples, maximumLength: 128).offsets == [0, 16, 19])
    let model = try FineTunedModel(
      backbone: source.backbone,
      configuration: PEFTConfiguration(
        groups: [LayerGroup(layers: 2, methods: [])],
        model: [MethodInstance("prompt-tuning", ["length": .integer(8)])],
        training: TrainingSettings()),
      headKind: .automatic, outputCount: 2, headDropout: 0, key: RandomKey(seed: 1))
    let tokens = source.tokenize(examples, maximumLength: 128)
    #expect(tokens.offsets == [0, 8, 11])
    #expect(tokens.truncatedCount == 1)
    let evaluation = try #require(Evaluation(model, on: tokens, tape: Tape(recording: false)))
    #expect(evaluation.logits.count == 2 && evaluation.isFinite)
  }
}
