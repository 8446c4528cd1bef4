import Foundation
import LinearAlgebra
import RunStore
import SearchSpaces
import SearchStrategies
import Studies
import Training

@testable import Reports

/// A finished run whose scores are a formula: no training.
struct ReportRun {
  let parent: String
  let source: ReportSource

  static let backbone = BackboneShape(layers: 6, width: 64, feedForward: 256, heads: 4)

  static let text = """
    version: 1
    description: test
    groups: {pattern: {choice: [increasing, uniform, decreasing, spindle, bottleneck]}, count: 3}
    tuned: {subset: groups, min: 1}
    each-group: {subset: [adapter, bitfit, lora], min: 1}
    methods:
      adapter: {bottleneck: fill}
      lora: {rank: fill}
      bitfit: {}
    budget: {deployed: 24000, spread: {choice: [increasing, uniform, decreasing]}}
    training: {learning-rate: {float: [1e-4, 1e-2], log: true}}
    """

  static let schemas = [
    schema("adapter", size: "bottleneck") { size, shape in
      (2 * shape.width + 1) * size + shape.width
    },
    schema("bitfit", size: nil) { _, shape in 7 * shape.width + shape.feedForward },
    schema("lora", size: "rank") { size, shape in 4 * shape.width * size },
  ]

  private static func schema(
    _ name: String, size: String?, count: @escaping @Sendable (Int, BackboneShape) -> Int
  ) -> MethodSchema {
    MethodSchema(
      name: name, summary: name, scope: .layer,
      parameters: size.map {
        [ParameterSchema($0, .integer(1...256), default: .integer(4), "Size.")]
      }
        ?? [],
      sizeParameter: size, references: [], countFormula: "", isMergeable: false,
      parameterCounts: { instance, shape in
        let number = count(size.flatMap { instance.parameters[$0]?.asInteger } ?? 0, shape)
        return ParameterCounts(trained: number, deployed: number, published: number)
      })
  }

  /// - Parameters:
  ///   - task: as the settings name it.
  ///   - failing: numbers of trials that fail.
  ///   - earlier: runs that this one learns from.
  init(
    strategy name: String, settings: [String: ParameterValue] = [:], trials: Int = 10_000,
    task: String = "made-up", seed: UInt64 = 1, bonus: String? = nil, failing: Set<Int> = [],
    from earlier: [ReportRun] = []
  ) throws {
    let space = try SearchSpace(
      yaml: Self.text, file: "test.yaml", schemas: Self.schemas, backbone: Self.backbone)
    let parent = FileManager.default.temporaryDirectory
      .appending(path: "autopeft-report-\(UUID().uuidString)").path
    let taken = try earlier.map { try EarlierRuns.take(from: $0.source.history.run, into: space) }
    let run = try RunDirectory.create(name: "made-up", in: parent) { draft in
      try RunFiles.durable.write(Data(Self.text.utf8), draft.spaceFile)
      if !taken.isEmpty {
        try RunFiles.durable.write(try EarlierRuns.document(taken), draft.earlierFile)
      }
      try RunStore.create(
        draft,
        settings: StudySettings(
          seed: seed, strategy: name, window: 1, backbone: "embedded", task: task,
          head: "automatic", spaceHash: "0",
          earlierHash: taken.isEmpty ? nil : try RunFiles.hash(draft.earlierFile)),
        budget: StudyBudget(trials: trials))
    }
    let lock = try RunLock.acquire(run)
    let store = try RunStore.open(run, lock: lock)
    let strategy = try StrategyRegistry.make(
      name, space: space, seed: seed, settings: settings, earlier: taken)
    try Self.fill(
      store, strategy, space: space, trials: trials, seed: seed &+ UInt64(task.utf8.count),
      bonus: bonus, failing: failing)
    try store.close()
    lock.release()
    self.parent = parent
    source = try ReportSource(history: RunHistory.open(run), space: space)
  }

  func remove() { try? FileManager.default.removeItem(atPath: parent) }

  private static func fill(
    _ store: RunStore, _ strategy: any SearchStrategy, space: SearchSpace, trials: Int,
    seed: UInt64, bonus: String?, failing: Set<Int>
  ) throws {
    for reference in space.references() {
      try record(
        store,
        NewTrial(
          origin: .reference, point: nil, configuration: reference,
          costs: space.costs(of: reference), identity: reference.identity),
        score: 0.6)
    }
    while try store.history.trials().count < trials {
      let history = try store.history.trials().map(\.trial)
      guard let proposal = try strategy.ask(count: 1, history: history).first else { return }
      let number = history.count + 1
      var random = CounterRandom(RandomKey(seed: seed).derived(number))
      let levels = proposal.design?.arms.map(\.level) ?? []
      let score =
        0.7 + 0.02 * random.normal() + (bonus.map(levels.contains) ?? false ? 0.2 : 0)
        + 0.001 * Double(proposal.candidate.configuration.groups.count)
      try record(
        store,
        NewTrial(
          origin: proposal.origin, point: proposal.point,
          configuration: proposal.candidate.configuration, costs: proposal.candidate.costs,
          identity: proposal.trainingIdentity, design: proposal.design, fit: proposal.fit),
        score: failing.contains(number) ? nil : score)
    }
  }

  private static func record(_ store: RunStore, _ trial: NewTrial, score: Double?) throws {
    let number = try store.propose([trial])[0].number
    try store.recordStart(number, step: 0)
    let folder = store.history.run.trial(number)
    try folder.make()
    let result = TrialResult(
      state: score == nil ? .failed : .complete, split: .validation, score: score)
    try RunFiles.durable.write(try JSONEncoder().encode(result), folder.resultFile)
    let ending =
      score.map { TrialEnding.complete(score: $0, TrialSummary()) }
      ?? .failed(reason: "loss is not finite", TrialSummary())
    try store.recordResult(number, ending, seconds: 1.5)
  }
}
