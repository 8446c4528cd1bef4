import ArgumentParser
import Executors
import Foundation
import Reports
import RunStore
import Studies
import Training

/// `autopeft best`: the best trial, beside the best reference, or confirmed on fresh seeds.
struct BestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "best",
    abstract: "Print the best trial beside the references; --confirm retrains and tests it.",
    discussion: """
      The best score of a search is the luckiest of many. --confirm 5 --seeds 5 retrains the five \
      best configurations and the best reference on fresh seeds, calls the one with the highest \
      mean the winner, and opens the test file once for it. --race trains the seeds one after the \
      other and gives no more to a configuration that is shown to be worse than the leader.
      """)

  @Argument(help: ArgumentHelp("The run's name.", valueName: "run"))
  var name: String

  @OptionGroup var runs: RunOptions
  @OptionGroup var output: OutputOptions

  @Flag(help: "Print the Pareto front of score and parameters.")
  var pareto = false

  @Option(help: ArgumentHelp("Retrain the best N configurations on fresh seeds.", valueName: "n"))
  var confirm: Int?

  @Option(help: "Fresh seeds for each configuration that is confirmed.")
  var seeds = 5

  @Flag(help: "While confirming, drop configurations that are shown to be worse.")
  var race = false

  @Option(help: "How many trials train side by side while confirming.")
  var parallel = 1

  func validate() throws {
    if race, confirm == nil { throw ValidationError("--race belongs to --confirm.") }
  }

  func run() async throws {
    if let confirm {
      try await self.confirm(top: confirm)
      return
    }
    let history = try runs.open(name)
    guard let report = try BestReport.read(history) else {
      throw Failure.Outcome(code: 3, text: "\(name) has no complete trial yet.")
    }
    if pareto {
      Console.output(BestTable.front(report).rendered(as: output.format), terminator: "")
      return
    }
    Console.output(
      try BestTable.comparison(report, for: output.format).rendered(as: output.format),
      terminator: "")
    if output.format == .table {
      Console.output(BestTable.verdict(report, run: name))
      if let confirmed = try history.evaluation(ConfirmationReport.self) {
        Console.output(ConfirmationTable.verdict(confirmed))
      }
    }
  }

  private func confirm(top: Int) async throws {
    let directory = try RunDirectory.open(runs.directory(name).path)
    let lock = try RunLock.acquire(directory)
    defer { lock.release() }
    let store = try RunStore.open(directory, lock: lock)
    let assembly = try StudyAssembly(run: directory, settings: try store.history.settings())
    let meter = try ProgressMeter(history: store.history)
    let study = Study(
      run: directory, store: store, plan: try assembly.plan(),
      executor: try StudyAssembly.executor(named: "local", parallel: parallel),
      observe: { meter.show($0) })
    let signals = StopSignals { study.requestStop() }
    defer { signals.cancel() }
    let task = try DownstreamTask(named: try store.history.settings().task)
    let report = try await Confirmation(study, top: top, seeds: seeds, races: race).run(
      evaluateOnTest: task.test == nil ? nil : Self.evaluator(task))
    meter.finish()
    try store.close()
    guard let report else {
      throw Failure.Outcome(
        code: 75, text: "stopped; the same command goes on from here.")
    }
    Console.output(ConfirmationTable.finalists(report).rendered(as: output.format), terminator: "")
    if output.format == .table { Console.output(ConfirmationTable.verdict(report)) }
  }

  /// Scores a retrained adapter on the test split.
  private static func evaluator(_ task: DownstreamTask) -> Confirmation.TestEvaluator {
    { _, folder in
      let score = try Predictor(adapter: folder.adapterFile).score(on: task, split: .test)
      return (score.score, score.predictions.exampleScores)
    }
  }
}
