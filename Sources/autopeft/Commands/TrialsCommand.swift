import ArgumentParser
import Reports
import RunStore

/// `autopeft trials`: all trials of a run.
struct TrialsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trials", abstract: "List the trials of a run.")

  @Argument(help: ArgumentHelp("The run's name.", valueName: "run"))
  var name: String

  @OptionGroup var runs: RunOptions
  @OptionGroup var output: OutputOptions

  @Flag(help: "Leave out the columns that differ between two runs of the same search.")
  var withoutTimes = false

  func run() throws {
    let history = try runs.open(name)
    let table = try TrialTable.table(history, includesTimes: !withoutTimes, for: output.format)
    Console.output(table.rendered(as: output.format), terminator: "")
  }
}
