import ArgumentParser
import Checkpoints
import Foundation
import Reports
import RunStore
import SearchSpaces
import SearchStrategies
import Studies
import Tokenizers
import Training

/// `autopeft search`: a new run.
struct SearchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "Start a new search.",
    discussion: """
      Everything is kept in runs/NAME. A search that was stopped or killed goes on with
      'autopeft resume NAME' as if it had never stopped.

      --from RUN lets a strategy with a Gaussian process learn from the trials of an earlier run,
      as far as this run's own trials show that the two agree. What is taken is copied into the
      new run; the earlier one may be removed.
      """)

  @Argument(help: ArgumentHelp("The space file.", valueName: "space"))
  var space: String

  @OptionGroup var model: ModelOptions
  @OptionGroup var runs: RunOptions
  @OptionGroup var sitting: SittingOptions

  @Option(
    name: .customLong("run"),
    help: "The run's name; by default the space file's, with a number where it is taken.")
  var runName: String?

  @Option(help: "The strategy; by default the space file's, else 'bayes'.")
  var strategy: String?

  @Option(help: "The seed of all proposals and of all training noise.")
  var seed: UInt64 = 0

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Change one value of the space file, such as training.epochs=5; may be repeated.",
      valueName: "key=value"))
  var overrides: [String] = []

  @Option(
    name: .customLong("from"),
    help: ArgumentHelp(
      "Learn from the trials of an earlier run; may be repeated.", valueName: "run"))
  var sources: [String] = []

  @Flag(
    name: .customLong("plan"),
    help: "Print how many trainings a strategy with a plan needs, measure one, and stop.")
  var onlyPlans = false

  func run() async throws {
    let text = try SpaceText.read(URL(filePath: space), name: space)
    let overrides = allOverrides
    let parsed = try StudyAssembly.space(
      text, file: space, backbone: model.backbone, overrides: overrides)
    let parallel = try sitting.checkedParallel()
    var settings = StudySettings(
      seed: seed, strategy: strategy ?? parsed.strategyName ?? "bayes", overrides: overrides,
      window: StudySettings.defaultWindow(parallel: parallel),
      backbone: BackboneFacts.absolute(model.backbone),
      casing: model.casingOptions.casing?.rawValue, task: Self.absolute(task: model.task),
      head: model.head.rawValue, threads: 1, spaceHash: Self.hash(text))
    let earlier = try takenOver(into: parsed)
    let frozen = try earlier.isEmpty ? nil : EarlierRuns.document(earlier)
    settings.earlierHash = frozen.map {
      SHA256.hexadecimal(of: String(decoding: $0, as: UTF8.self))
    }
    try check(parsed, settings, earlier)
    if onlyPlans {
      _ = try plannedTrials(settings, parsed, parallel: parallel)
      return
    }
    let trials = try sitting.trials ?? plannedTrials(settings, parsed, parallel: parallel)
    settings.plannedTrials = trials
    let budget = sitting.applied(to: StudyBudget(trials: trials))
    let name = try runName ?? freeName()
    let environment = try StudyAssembly.environment(settings)
    let directory = try RunDirectory.create(name: name, in: runs.runsDir) { draft in
      try RunFiles.durable.write(Data(text.utf8), draft.spaceFile)
      if let frozen { try RunFiles.durable.write(frozen, draft.earlierFile) }
      try environment.write(to: draft)
      _ = try StudyAssembly(run: draft, settings: settings).plan()
      try RunStore.create(draft, settings: settings, budget: budget)
    }
    Console.note("Run \(directory.path): \(budget.trials) trials, strategy \(settings.strategy).")
    try await StudySitting(
      run: directory, parallel: parallel, executor: sitting.executor, acceptsEnvironment: false
    ).search()
  }

  /// Finds everything that can be wrong before a run appears on the disk.
  private func check(
    _ space: SearchSpace, _ settings: StudySettings, _ earlier: [EarlierRun]
  ) throws {
    let task = try DownstreamTask(named: model.task)
    _ = try task.data()
    _ = try TaskCheck(task, backbone: model.backbone, casing: model.casingOptions.casing)
    _ = try StudyAssembly.strategy(settings, for: space, earlier: earlier)
  }

  /// What `--from` names, as far as it exists in the space; said on the way.
  private func takenOver(into space: SearchSpace) throws -> [EarlierRun] {
    var seen: Set<String> = []
    return try sources.map { name in
      let run = try RunDirectory.open(runs.directory(name).path)
      let path = URL(filePath: run.path).resolvingSymlinksInPath().path
      guard seen.insert(path).inserted else { throw EarlierRunError.repeated(run: run.path) }
      let earlier = try EarlierRuns.take(from: run, into: space)
      Console.note(
        "From \(run.path): \(earlier.observations.count) finished trials are taken, "
          + "\(earlier.dropped) do not exist in this space.")
      return earlier
    }
  }

  /// What `--set` says; settings of a strategy need its name beside them, where `--strategy` gives it.
  private var allOverrides: [String] {
    guard let strategy, overrides.contains(where: { $0.hasPrefix("strategy.") }) else {
      return overrides
    }
    return ["strategy.name=\(strategy)"] + overrides
  }

  /// The trials of a strategy's own plan, which is printed with a measured estimate of its time; the
  /// usual number for a strategy without a plan.
  private func plannedTrials(
    _ settings: StudySettings, _ space: SearchSpace, parallel: Int
  ) throws -> Int {
    let strategy = try StudyAssembly.strategy(settings, for: space)
    guard let plan = strategy.plan else {
      if onlyPlans {
        throw ValidationError("strategy '\(settings.strategy)' has no plan of its own.")
      }
      return SittingOptions.defaultTrials
    }
    let given = StudyAssembly.given(of: space).count
    let notice = PlanNotice(
      plan: plan, given: given, parallel: parallel,
      seconds: try PlanNotice.pilotSeconds(strategy, settings: settings))
    Console.note(notice.table.rendered(as: .table) + notice.note)
    return given + plan.runs
  }

  /// The space file's name, with the first number that is free.
  private func freeName() throws -> String {
    let base = URL(filePath: space).deletingPathExtension().lastPathComponent
    let taken = Set(try RunDirectory.list(in: runs.runsDir).map(\.name))
    guard taken.contains(base) else { return base }
    let number = (2...).first { !taken.contains("\(base)-\($0)") } ?? 2
    return "\(base)-\(number)"
  }

  private static func absolute(task: String) -> String {
    guard let colon = task.firstIndex(of: ":") else { return BackboneFacts.absolute(task) }
    let folder = String(task[task.index(after: colon)...])
    return "\(task[...colon])\(BackboneFacts.absolute(folder))"
  }

  private static func hash(_ text: String) -> String {
    SHA256.hexadecimal(of: text)
  }
}
