import ArgumentParser
import Foundation
import Reports
import RunStore
import SearchSpaces
import SearchStrategies
import Studies

/// `autopeft transfer`: what one run has found, retrained on another task.
struct TransferCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "transfer",
    abstract: "Retrain the front of a run on another task, beside the references.",
    discussion: """
      A new run trains each configuration of the Pareto front of RUN, and each reference, with the \
      same fresh seeds on the other task; space, backbone and training settings are those of RUN. \
      The table compares all of them with the best reference over paired seeds. A stopped transfer \
      goes on with the same command.
      """)

  @Argument(help: ArgumentHelp("The run whose front is retrained.", valueName: "run"))
  var source: String

  @Option(help: ArgumentHelp("The other task: a name or a task file.", valueName: "task"))
  var task: String

  @OptionGroup var runs: RunOptions
  @OptionGroup var output: OutputOptions

  @Option(
    name: .customLong("run"),
    help: "The new run's name; by default the source's and the task's.")
  var runName: String?

  @Option(help: "Fresh seeds for each configuration, at least 2.")
  var seeds = 5

  @Option(help: "Take the N best by score instead of the Pareto front.")
  var top: Int?

  @Option(help: "How many trials train side by side.")
  var parallel = 1

  @Option(
    help: ArgumentHelp(
      "The largest difference of scores that does not matter, for equivalence.", valueName: "score")
  )
  var margin = 0.005

  func validate() throws {
    if seeds < 2 { throw ValidationError("--seeds must be at least 2, got \(seeds).") }
    if let top, top < 1 { throw ValidationError("--top must be at least 1, got \(top).") }
    if parallel < 1 {
      throw ValidationError("--parallel must be at least 1, got \(parallel).")
    }
  }

  func run() async throws {
    let directory = runs.directory(runName ?? defaultName)
    if !FileManager.default.fileExists(atPath: directory.storeFile) {
      _ = try create(directory)
    }
    try requireSame(directory)
    try await StudySitting(
      run: directory, parallel: parallel, executor: "local", acceptsEnvironment: false
    ).search()
    let history = try RunHistory.open(directory)
    let assembly = try StudyAssembly(run: directory, settings: try history.settings())
    let table = try TransferTable(
      ReportSource(history: history, space: assembly.space), margin: margin)
    Console.output(table.arms.rendered(as: output.format), terminator: "")
    guard output.format == .table else { return }
    Console.output("\n" + table.pairs.rendered(as: .table), terminator: "")
    Console.output(table.summary)
  }

  private var strategyOverride: String {
    "strategy={name: \(TransferStrategy.name), seeds: \(seeds), top: \(top ?? 0)}"
  }

  /// The last part of each name, without folder and ending.
  private var defaultName: String {
    let parts = [source, String(task.split(separator: ":")[0])].map {
      URL(filePath: $0).deletingPathExtension().lastPathComponent
    }
    return "\(parts[0])-to-\(parts[1])"
  }

  private func create(_ directory: RunDirectory) throws -> RunDirectory {
    let from = try RunDirectory.open(runs.directory(source).path)
    let history = try RunHistory.open(from)
    var settings = try history.settings()
    settings.strategy = TransferStrategy.name
    settings.overrides =
      settings.overrides.filter { !$0.hasPrefix("strategy.") }
      + [strategyOverride]
    settings.task = NewStudy.absolute(task: task)
    settings.window = StudySettings.defaultWindow(parallel: parallel)
    let text = try SpaceText.read(URL(filePath: from.spaceFile), name: from.spaceFile)
    let space = try StudyAssembly.space(
      text, file: from.spaceFile, backbone: settings.backbone, overrides: settings.overrides)
    var study = try NewStudy(
      text: text, space: space, settings: settings,
      earlier: [try NewStudy.taken(from: from, into: space)])
    try study.check()
    let trials = try study.plannedTrials(parallel: parallel) ?? 0
    return try study.create(
      name: directory.name, in: URL(filePath: directory.path).deletingLastPathComponent().path,
      budget: StudyBudget(trials: trials))
  }

  /// A run of that name must be this transfer, not another search.
  private func requireSame(_ directory: RunDirectory) throws {
    let settings = try RunHistory.open(directory).settings()
    guard settings.overrides.last == strategyOverride,
      settings.task == NewStudy.absolute(task: task)
    else {
      throw ValidationError(
        "\(directory.path) holds another run: task '\(settings.task)', settings "
          + "'\(settings.overrides.joined(separator: ", "))'. Name the new run with --run.")
    }
  }
}
