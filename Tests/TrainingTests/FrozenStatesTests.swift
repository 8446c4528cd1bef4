import Foundation
import LinearAlgebra
import SearchSpaces
import Testing

@testable import Training

/// Trainings that read states below their lowest tuned layer.
@Suite struct FrozenStatesTests {
  struct Case: Sendable, CustomStringConvertible {
    let description: String
    let groups: [LayerGroup]
    var model: [MethodInstance] = []
  }

  static let upper = Case(
    description: "upper layer",
    groups: [
      LayerGroup(layers: 1, methods: []), LayerGroup(layers: 1, methods: [TinyTrial.lora]),
    ])
  /// Two passes of a step read the same states.
  static let twice = Case(
    description: "upper layer in two passes",
    groups: [
      LayerGroup(layers: 1, methods: []),
      LayerGroup(layers: 1, methods: [MethodInstance("adamix", ["bottleneck": .integer(3)])]),
    ])
  static let dropped = Case(
    description: "adapters above a dropped layer", groups: [LayerGroup(layers: 2, methods: [])],
    model: [
      MethodInstance(
        "adapterdrop",
        [
          "bottleneck": .integer(3), "dropped": .integer(1), "training": .text("specialised"),
        ])
    ])
  static let none = Case(
    description: "head only", groups: [LayerGroup(layers: 2, methods: [])])

  private static let settings = TrainingSettings(
    epochs: 2, batch: 6, learningRate: 0.01, maximumLength: 12)

  private func trainer(
    _ trial: TinyTrial, _ sample: Case, cache: CacheFolder?, dropout: Double = 0
  ) throws -> Trainer {
    var configuration = PEFTConfiguration(
      groups: sample.groups, model: sample.model, training: Self.settings)
    configuration.training.backboneDropout = dropout
    return try TrainingBenchmark(
      backbone: trial.job.backbone, task: trial.job.task, configuration: configuration, steps: 7
    ).makeTrainer(cache: cache)
  }

  private func losses(_ trainer: Trainer) throws -> [Double] {
    try (0..<7).map { _ in
      if trainer.isEpochTrained { _ = try trainer.closeEpoch { false } }
      return try trainer.step()
    } + trainer.progress.epochs.map(\.validationLoss)
  }

  /// In memory, into an empty folder, out of a filled one and over a damaged one: the same bits, and
  /// within rounding those of a training that computes all layers in every step.
  @Test(arguments: [upper, twice, dropped, none])
  func whereStatesComeFromChangesNoBit(sample: Case) throws {
    let trial = try TinyTrial()
    let folder = try trial.folder.makeFolder("cache")
    let cache = CacheFolder(path: folder, logger: TinyTrial.silent)
    let inMemory = try trainer(
      trial, sample, cache: CacheFolder(path: nil, logger: TinyTrial.silent))
    let expected = try losses(inMemory)
    #expect(inMemory.readsFrozenStates)
    #expect(try losses(trainer(trial, sample, cache: cache)) == expected)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(files.count == 2)
    #expect(try losses(trainer(trial, sample, cache: cache)) == expected)
    for file in files {
      var bytes = try Data(contentsOf: URL(filePath: "\(folder)/\(file)"))
      bytes[bytes.count / 2] ^= 1
      try bytes.write(to: URL(filePath: "\(folder)/\(file)"))
    }
    #expect(try losses(trainer(trial, sample, cache: cache)) == expected)
    let plain = try losses(trainer(trial, sample, cache: nil))
    for (a, b) in zip(expected, plain) { #expect(abs(a - b) < 1e-5) }
  }

  @Test func statesOfOtherLayersAndDataAreOtherFiles() throws {
    let trial = try TinyTrial()
    let folder = try trial.folder.makeFolder("cache")
    let cache = CacheFolder(path: folder, logger: TinyTrial.silent)
    _ = try losses(trainer(trial, Self.upper, cache: cache))
    _ = try losses(trainer(trial, Self.none, cache: cache))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 4)
  }

  /// Settings alone decide: dropout below, or a tuned lowest layer, leaves nothing to keep.
  @Test func statesAreKeptOnlyWhereNothingBelowChanges() throws {
    let trial = try TinyTrial()
    let cache = CacheFolder(path: nil, logger: TinyTrial.silent)
    let dropping = try trainer(trial, Self.upper, cache: cache, dropout: 0.1)
    #expect(dropping.prepare { false } && !dropping.readsFrozenStates)
    let tuned = Case(
      description: "all", groups: [LayerGroup(layers: 2, methods: [TinyTrial.lora])])
    let lowest = try trainer(trial, tuned, cache: cache)
    #expect(lowest.model.lowestTunedLayer == 0)
    #expect(lowest.prepare { false } && !lowest.readsFrozenStates)
    // Below a prompt nothing is frozen, whatever the layers hold.
    for groups in [Self.upper.groups, Self.none.groups] {
      let prompted = try trainer(
        trial,
        Case(
          description: "prompt", groups: groups,
          model: [MethodInstance("prompt-tuning", ["length": .integer(3)])]), cache: cache)
      #expect(prompted.model.lowestTunedLayer == 0)
      #expect(prompted.prepare { false } && !prompted.readsFrozenStates)
    }
    #expect(try trainer(trial, Self.upper, cache: cache).model.lowestTunedLayer == 1)
    #expect(try trainer(trial, Self.none, cache: cache).model.lowestTunedLayer == 2)
  }

  @Test func aStopWhileStatesAreMadeLeavesNone() throws {
    let trial = try TinyTrial()
    let folder = try trial.folder.makeFolder("cache")
    let trainer = try trainer(
      trial, Self.upper, cache: CacheFolder(path: folder, logger: TinyTrial.silent))
    #expect(!trainer.prepare { true })
    #expect(!trainer.readsFrozenStates)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
  }

  /// A whole trial with and without a folder, and stopped in between: equal results and adapters.
  @Test func trialsShareWhatIsKept() throws {
    var trial = try TinyTrial(training: Self.settings)
    trial.job.configuration.groups = Self.upper.groups
    let alone = try trial.run(in: "alone")
    let cache = try trial.folder.makeFolder("cache")
    for name in ["first", "second"] {
      let directory = try trial.folder.makeFolder(name)
      let runner = TrialRunner(
        job: trial.job, directory: directory, cacheDirectory: cache, logger: TinyTrial.silent)
      guard case .finished(let result) = try runner.run() else {
        Issue.record("nobody asked for a stop")
        return
      }
      #expect(TinyTrial.deterministic(result) == TinyTrial.deterministic(alone.result))
      #expect(
        try TinyTrial.bytes(directory, "adapter.safetensors")
          == TinyTrial.bytes(alone.directory, "adapter.safetensors"))
    }
    let kept = try FileManager.default.contentsOfDirectory(atPath: cache)
    #expect(kept.filter { $0.hasPrefix("states-") }.count == 2)
    #expect(kept.filter { $0.hasPrefix("tokens-") }.count == 2)
    let stopped = try trial.run(in: "stopped", stoppingAfter: [4, 5])
    #expect(TinyTrial.deterministic(stopped.result) == TinyTrial.deterministic(alone.result))
  }

  @Test func tokensFromACacheAreThoseOfTheTokenizer() throws {
    let trial = try TinyTrial()
    let source = try BackboneSource(name: trial.job.backbone)
    let examples = (0..<20).map { index in
      Example(
        text: TinyBackbone.words[5 + index % 7], pair: index % 3 == 0 ? "red old" : nil,
        target: .category(index % 2))
    }
    let folder = try trial.folder.makeFolder("cache")
    let cache = CacheFolder(path: folder, logger: TinyTrial.silent)
    let plain = source.tokenize(examples, maximumLength: 4)
    for _ in 0..<2 {
      let tokens = try source.tokenize(examples, maximumLength: 4, cache: cache)
      #expect(tokens.ids == plain.ids && tokens.types == plain.types)
      #expect(tokens.offsets == plain.offsets && tokens.targets == plain.targets)
      #expect(tokens.truncatedCount == plain.truncatedCount && plain.truncatedCount > 0)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
    _ = try source.tokenize(examples, maximumLength: 5, cache: cache)
    _ = try source.tokenize(Array(examples.dropLast()), maximumLength: 5, cache: cache)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 3)
  }
}
