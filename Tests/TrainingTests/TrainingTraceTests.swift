import Checkpoints
import Foundation
import LinearAlgebra
import NeuralNets
import SearchSpaces
import TensorCore
import Testing

@testable import Training

@Suite struct TrainingTraceTests {
  private static func settings(epochs: Int = 3) -> TrainingSettings {
    TrainingSettings(
      epochs: epochs, batch: 8, learningRate: 0.01, warmup: 0.2, weightDecay: 0.1, clip: 0.5,
      maximumLength: 12)
  }

  private static let plain = MethodInstance(
    "lora", ["rank": .integer(2), "learning-rate": .number(0.02)])

  /// A traced training of the tiny task.
  private struct Traced {
    let result: TrialResult
    let folder: String
    let settings: TraceSettings
    let steps: [TraceStep]

    init(_ trial: TinyTrial, in name: String, steps limit: Int) throws {
      folder = "\(trial.folder.path)/\(name) trace"
      let runner = TrialRunner(
        job: trial.job, directory: try trial.folder.makeFolder(name),
        trace: TraceRequest(directory: folder, steps: limit), logger: TinyTrial.silent)
      guard case .finished(let result) = try runner.run() else {
        throw TrialError.missingDirectory(name)
      }
      self.result = result
      settings = try StableJSON.value(
        TraceSettings.self, from: Self.text(folder, "settings.json"))
      steps = try Self.text(folder, "steps.jsonl").split(separator: "\n").map {
        try StableJSON.value(TraceStep.self, from: String($0))
      }
    }

    private static func text(_ folder: String, _ file: String) throws -> String {
      String(decoding: try TinyTrial.bytes(folder, file), as: UTF8.self)
    }
  }

  /// From the files alone: another model, set to the initial tensors, fed with the batches and
  /// stepped with the constants, has the losses of the training that was traced.
  @Test(arguments: [false, true])
  func aReplayHasTheSameLosses(regression: Bool) throws {
    let trial = try TinyTrial(
      methods: [Self.plain, MethodInstance("bitfit", [:])], training: Self.settings(),
      regression: regression)
    let traced = try Traced(trial, in: "0001", steps: 9)
    let settings = traced.settings
    #expect(traced.steps.map(\.step) == Array(1...9))
    #expect(settings.groups.count == 3)
    let model = try FineTunedModel(
      backbone: try BackboneSource(name: settings.job.backbone).backbone,
      configuration: settings.job.configuration, headKind: settings.head,
      outputCount: settings.outputCount, headDropout: 0, key: RandomKey(seed: 99))
    let reader = try WeightReader(file: "\(traced.folder)/initial.safetensors")
    var parameters: [String: NamedParameter] = [:]
    for entry in model.trained {
      let tensor = try reader.tensor(entry.name, shape: entry.parameter.shape.list)
      withExtendedLifetime(tensor.owner) { entry.parameter.assign(tensor.values) }
      parameters[entry.name] = entry
    }
    try reader.checkAllUsed()
    let optimizer = AdamW(
      settings.groups.map { group in
        NeuralNets.ParameterGroup(
          parameters: group.tensors.compactMap { parameters[$0] },
          learningRate: group.learningRate, weightDecay: group.weightDecay)
      })
    #expect(optimizer.parameters.count == parameters.count)
    let tape = Tape(recording: true)
    for line in traced.steps {
      tape.reset()
      Gradients.zero(optimizer.parameters)
      let loss = Self.targets(line).loss(model.logits(Self.batch(line), tape: tape), tape: tape)
      #expect(Double(loss.scalar) == line.loss, "step \(line.step)")
      tape.backward(from: loss)
      let scale = Gradients.clippingFactor(
        norm: Gradients.norm(model.trained.map(\.parameter)), limit: settings.clip)
      optimizer.step(factor: line.factor, gradientScale: scale)
    }
  }

  private static func batch(_ line: TraceStep) -> PackedBatch {
    var start = 0
    return PackedBatch(
      sequences: line.lengths.map { length in
        defer { start += length }
        return (
          Array(line.tokens[start..<start + length]), Array(line.types[start..<start + length])
        )
      })
  }

  private static func targets(_ line: TraceStep) -> Targets {
    line.values.map { .values($0) } ?? .classes(line.classes ?? [])
  }

  @Test func aTraceChangesNothingAndIsShortWhereTheTrainingIs() throws {
    let trial = try TinyTrial(training: Self.settings(epochs: 1))
    let plain = try trial.run(in: "plain").result
    let long = try Traced(trial, in: "long", steps: 50)
    #expect(TinyTrial.deterministic(long.result) == TinyTrial.deterministic(plain))
    #expect(long.steps.count == 3 && long.settings.steps == 3)
    let short = try Traced(trial, in: "short", steps: 2)
    #expect(short.steps == Array(long.steps.prefix(2)) && short.settings.steps == 2)
    let mean = zip(long.steps, [8.0, 8, 4]).reduce(0) { $0 + $1.0.loss * $1.1 } / 20
    #expect(mean == plain.epochs[0].trainingLoss)
  }

  /// The losses up to the step that goes wrong are what one wants to replay.
  @Test func aFailedTrainingLeavesTheStepsItTook() throws {
    var settings = Self.settings()
    (settings.learningRate, settings.warmup, settings.clip) = (1e39, 0, 0)
    let traced = try Traced(try TinyTrial(training: settings), in: "0001", steps: 9)
    #expect(traced.result.state == .failed)
    #expect(traced.steps.map(\.step) == [1])
  }

  @Test func aFolderThatExistsIsRefusedBeforeAnythingIsTrained() throws {
    let trial = try TinyTrial()
    let taken = try trial.folder.makeFolder("taken")
    let directory = try trial.folder.makeFolder("0001")
    let runner = TrialRunner(
      job: trial.job, directory: directory, trace: TraceRequest(directory: taken),
      logger: TinyTrial.silent)
    #expect(throws: TraceError.exists(taken)) { try runner.run() }
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == [])
    #expect(try FileManager.default.contentsOfDirectory(atPath: taken) == [])
  }

  @Test(arguments: [false, true])
  func aTrainingThatHasBegunIsRefused(isFinished: Bool) throws {
    let trial = try TinyTrial()
    let directory = try trial.folder.makeFolder("0001")
    _ = try TrialRunner(job: trial.job, directory: directory, logger: TinyTrial.silent)
      .run(shouldStop: { !isFinished })
    let trace = "\(trial.folder.path)/trace"
    let runner = TrialRunner(
      job: trial.job, directory: directory, trace: TraceRequest(directory: trace),
      logger: TinyTrial.silent)
    #expect(throws: TraceError.alreadyTrained) { try runner.run() }
    #expect(!FileManager.default.fileExists(atPath: trace))
  }
}
