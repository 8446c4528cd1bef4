import Executors
import Foundation
import LinearAlgebra
import RunStore
import SearchSpaces
import SearchStrategies
import Synchronization
import Testing
import Training

@testable import Studies

/// A small study whose trainer takes no time: every number is a function of the configuration.
struct FakeStudy: Sendable {
  /// What a worker does beside training.
  enum Mishap: Sendable {
    case none
    /// Ends without result and without checkpoint, as if killed, when asked to stop.
    case diesWhenStopped
    /// No mishap at all: how many answers are right depends on the configuration.
    case unequal
  }

  let parent: String
  var run: RunDirectory { RunDirectory(path: parent + "/fake") }
  var window = 4
  var trials = 12
  /// Configurations that the space holds, given ones apart; nil for no end.
  var spaceSize: Int?
  var given: [StudyPlan.Given] = FakeStudy.references
  var seconds: Double?
  /// Whether candidates are trained for one epoch first, and every third goes on.
  var hasRungs = false

  init(_ name: String) throws {
    // In memory where there is such a file system: flushes cost nothing there.
    let memory = "/dev/shm"
    let base = FileManager.default.isWritableFile(atPath: memory) ? memory : NSTemporaryDirectory()
    parent = base + "/studies-\(name)-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
  }

  func remove() { try? FileManager.default.removeItem(atPath: parent) }

  var settings: StudySettings {
    StudySettings(
      seed: 7, strategy: "fake", window: window, backbone: "embedded", task: "fake",
      head: "automatic", spaceHash: "none")
  }

  /// Makes the run directory.
  func create() throws {
    _ = try RunDirectory.create(name: "fake", in: parent) { run in
      try RunFiles.durable.write(Data("version: 1\n".utf8), run.spaceFile)
      try RunEnvironment(facts: [:]).write(to: run)
      try RunStore.create(
        run, settings: settings, budget: StudyBudget(trials: trials, seconds: seconds))
    }
  }

  /// One sitting: opens the run as a controller does, and lets go of it at the end.
  func sit(
    executor: any Executor, files: RunFiles = .durable,
    pulse: @escaping @Sendable () throws -> Void = {},
    observe: @escaping @Sendable (StudyProgress) -> Void = { _ in },
    body: (Study) async throws -> StudyOutcome = { try await $0.search() }
  ) async throws -> StudyOutcome {
    let lock = try RunLock.acquire(run)
    defer { lock.release() }
    let store = try RunStore.open(run, lock: lock)
    let study = Study(
      run: run, store: store, plan: plan, executor: executor, worker: Self.worker, files: files,
      reserveBytes: 0, observe: observe, pulse: pulse)
    do {
      let outcome = try await body(study)
      try store.close()
      return outcome
    } catch {
      try? store.close()
      throw error
    }
  }

  // MARK: The strategy

  var plan: StudyPlan {
    if hasRungs { return StudyPlan(given: given) { Self.rung($0) } }
    let (space, count) = (spaceSize, given.count)
    return StudyPlan(given: given) { history in
      let proposed = history.count - count
      if let space, proposed >= space { return nil }
      return Proposal(candidate: Self.candidate(history), origin: .model)
    }
  }

  /// The best finished trial of the lower rung goes on, where it has three for each that does.
  static func rung(_ history: [Trial]) -> Proposal {
    let below = history.filter(\.isPartial)
    let continued = Set(history.compactMap { $0.fidelity?.continues })
    let best = below.filter { !continued.contains($0.number) && $0.score != nil }
      .max { ($0.score ?? 0, -$0.number) < ($1.score ?? 0, -$1.number) }
    let epochs = TrainingSettings().epochs
    if let best, continued.count < below.count(where: { $0.score != nil }) / 3 {
      let candidate = Candidate(
        point: best.point ?? [:], configuration: best.configuration, costs: best.costs)
      return Proposal(
        candidate: candidate, origin: .model,
        fidelity: Fidelity(epochs: epochs, continues: best.number))
    }
    return Proposal(
      candidate: candidate(history), origin: .initial, fidelity: Fidelity(epochs: 1))
  }

  /// Depends on the number and on every visible result, so that one wrong view changes all.
  static func candidate(_ history: [Trial]) -> Candidate {
    var hash = RandomKey(seed: UInt64(history.count))
    for trial in history {
      hash = hash.derived(trial.state.rawValue).derived(Int((trial.score ?? -1) * 1e9))
    }
    let rank = history.count * 100_000 + Int(hash.bits % 100_000)
    let configuration = configuration(rank: rank)
    return Candidate(
      point: ["rank": .integer(rank)], configuration: configuration, costs: costs(rank: rank))
  }

  static func configuration(rank: Int) -> PEFTConfiguration {
    PEFTConfiguration(
      groups: [LayerGroup(layers: 2, methods: [MethodInstance("lora", ["rank": .integer(rank)])])],
      training: TrainingSettings())
  }

  static func costs(rank: Int) -> TrialCosts {
    let size = rank % 1000 + 1
    return TrialCosts(
      parameters: ParameterCounts(trained: size, deployed: size, published: size),
      optimizerBytes: 0, activationBytes: 0, flopsPerToken: 0, fileBytes: 0, addedLatencyEstimate: 0
    )
  }

  static let references = [1, 2].map { rank in
    StudyPlan.Given(
      origin: .reference, configuration: configuration(rank: rank), costs: costs(rank: rank))
  }

  // MARK: The worker

  static let worker = StudyWorker(
    job: StudyWorker.standardJob,
    arguments: { [$0.path] },
    checkpointStep: { trial in
      let text = try? String(contentsOfFile: trial.checkpoint + "/step", encoding: .utf8)
      return text.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) } ?? 0
    })

  /// Trains inside the test's process; of ten trials one fails and one ends with code 3.
  static func train(_ job: Job, _ request: StopRequest, _ mishap: Mishap = .none) throws -> Int32 {
    let folder = job.arguments[0]
    let trialJob = try RunFiles.decode(TrialJob.self, from: folder + "/job.json")
    let key = RandomKey(seed: trialJob.seed).derived(trialJob.configuration.identity)
      .derived(trialJob.replicate)
    try FileManager.default.createDirectory(
      atPath: folder + "/checkpoint", withIntermediateDirectories: true)
    // A step an epoch.
    let begun = worker.checkpointStep(
      RunDirectory(path: folder + "/../..").trial(trialJob.trial))
    for step in stride(from: begun + 1, through: trialJob.epochs ?? 3, by: 1) {
      if request.isRequested {
        return mishap == .diesWhenStopped ? 137 : JobOutcome.stoppedWithCheckpoint
      }
      try RunFiles.durable.write(Data("\(step)".utf8), folder + "/checkpoint/step")
    }
    let kind = key.derived("kind").bits % 10
    if kind == 0 { return 3 }
    var random = CounterRandom(key)
    var skill = 0.7
    if mishap == .unequal {
      var own = CounterRandom(RandomKey(seed: 3).derived(trialJob.configuration.identity))
      skill = 0.1 + 0.8 * own.uniform()
    }
    let predicted = (0..<50).map { _ in random.uniform() < skill ? 1 : 0 }
    let score = Double(predicted.reduce(0, +)) / 50
    try RunFiles.durable.write(
      Data("adapter of \(trialJob.configuration.identity)".utf8), folder + "/adapter.safetensors")
    let result =
      kind == 1
      ? TrialResult(state: .failed, split: .validation, failure: "loss is not finite at step 3")
      : TrialResult(
        state: .complete, split: .validation, score: score, validationScore: score,
        metrics: ["accuracy": score], bestEpoch: 2, steps: 3,
        predictions: .classes(
          predicted: predicted, expected: Array(repeating: 1, count: 50), classCount: 2),
        timing: TrialTiming(seconds: Double.random(in: 1...2)))
    try RunFiles.durable.write(try CanonicalJSON.document(result), folder + "/result.json")
    return 0
  }

  static func inline(_ slots: Int, _ mishap: Mishap = .none) -> InlineExecutor {
    InlineExecutor(slots: slots) { job, request in try train(job, request, mishap) }
  }

  // MARK: What two runs are compared by

  /// Events and trials without times, and every file that a resumed run shares with another.
  func traces() throws -> [String] {
    let history = try RunHistory.open(run)
    let events = try history.events().map(\.line)
    let trials = try history.trials().map { try CanonicalJSON.text($0) }
    let folders = try run.trialNumbers().flatMap { number -> [String] in
      let trial = run.trial(number)
      return try FileManager.default.contentsOfDirectory(atPath: trial.path).sorted().map {
        "\(number)/\($0) \($0.hasPrefix("adapter") ? try RunFiles.hash(trial.adapterFile) : "")"
      }
    }
    return events + trials + folders.filter { !$0.contains("log.txt") }
  }
}
