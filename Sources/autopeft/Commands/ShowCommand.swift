import ArgumentParser
import Foundation
import Reports
import RunStore
import SearchSpaces
import Studies

/// `autopeft show`: one trial in full.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print one trial in full: configuration, epochs, costs, failure.")

  @Argument(help: ArgumentHelp("The run's name.", valueName: "run"))
  var name: String

  @Option(help: "The trial's number; the best one by default.")
  var trial: Int?

  @OptionGroup var runs: RunOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let history = try runs.open(name)
    let number = try trial ?? BestTrial.number(in: history)
    let record = try history.trial(number)
    let table = try TrialDetails.table(record, in: history)
    Console.output(table.rendered(as: output.format), terminator: "")
    guard output.format == .table else { return }
    if let warning = try TrialDetails.fitWarning(number, in: history) {
      Console.output("\n" + warning)
    }
    let epochs = try TrialDetails.epochs(history.run.trial(number))
    if !epochs.rows.isEmpty { Console.output("\n" + epochs.rendered(as: .table), terminator: "") }
    Console.output("\n" + record.trial.configuration.yaml, terminator: "")
    if let tail = try history.times()[number]?.logTail, record.state == .failed {
      Console.output("\nThe end of \(history.run.trial(number).logFile):\n\(tail)")
    }
  }
}

/// The trial that commands mean when none is named.
enum BestTrial {
  static func number(in history: RunHistory) throws -> Int {
    guard let best = try history.rankedTrials().first else {
      throw Failure.Outcome(code: 3, text: "\(history.run.path) has no complete trial yet.")
    }
    return best.number
  }
}
