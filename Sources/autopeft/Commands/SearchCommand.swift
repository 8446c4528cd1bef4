import ArgumentParser
import Foundation
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
    let settings = StudySettings(
      seed: seed, strategy: strategy ?? parsed.strategyName ?? "bayes", overrides: overrides,
      window: StudySettings.defaultWindow(parallel: parallel),
      backbone: BackboneFacts.absolute(model.backbone),
      casing: model.casingOptions.casing?.rawValue, task: NewStudy.absolute(task: model.task),
      head: model.head.rawValue, threads: 1, spaceHash: NewStudy.hash(text))
    var study = try NewStudy(
      text: text, space: parsed, settings: settings, earlier: try takenOver(into: parsed))
    try study.check()
    if onlyPlans {
      guard try study.plannedTrials(parallel: parallel) != nil else {
        throw ValidationError("strategy '\(settings.strategy)' has no plan of its own.")
      }
      return
    }
    let trials =
      try sitting.trials ?? study.plannedTrials(parallel: parallel)
      ?? SittingOptions.defaultTrials
    let directory = try study.create(
      name: try runName ?? freeName(), in: runs.runsDir,
      budget: sitting.applied(to: StudyBudget(trials: trials)))
    try await StudySitting(
      run: directory, parallel: parallel, executor: sitting.executor, acceptsEnvironment: false
    ).search()
  }

  /// What `--from` names, as far as it exists in the space; said on the way.
  private func takenOver(into space: SearchSpace) throws -> [EarlierRun] {
    var seen: Set<String> = []
    return try sources.map { name in
      let run = try RunDirectory.open(runs.directory(name).path)
      let path = URL(filePath: run.path).resolvingSymlinksInPath().path
      guard seen.insert(path).inserted else { throw EarlierRunError.repeated(run: run.path) }
      return try NewStudy.taken(from: run, into: space)
    }
  }

  /// What `--set` says; settings of a strategy need its name beside them, where `--strategy` gives it.
  private var allOverrides: [String] {
    guard let strategy, overrides.contains(where: { $0.hasPrefix("strategy.") }) else {
      return overrides
    }
    return ["strategy.name=\(strategy)"] + overrides
  }

  /// The space file's name, with the first number that is free.
  private func freeName() throws -> String {
    let base = URL(filePath: space).deletingPathExtension().lastPathComponent
    let taken = Set(try RunDirectory.list(in: runs.runsDir).map(\.name))
    guard taken.contains(base) else { return base }
    let number = (2...).first { !taken.contains("\(base)-\($0)") } ?? 2
    return "\(base)-\(number)"
  }
}
