import ArgumentParser
import Reports
import RunStore
import Studies

/// `autopeft verify`: whether a run directory is whole.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check every file and record of a run against each other.")

  @Argument(help: ArgumentHelp("The run's name.", valueName: "run"))
  var name: String

  @OptionGroup var runs: RunOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let verification = try RunVerification(try RunDirectory.open(runs.directory(name).path))
    var table = Table(columns: ["place", "problem"])
    for problem in verification.problems {
      table.append([.text(problem.place), .text(problem.detail)])
    }
    if output.format != .table || !verification.isSound {
      Console.output(table.rendered(as: output.format), terminator: "")
    }
    guard verification.isSound else {
      let count = verification.problems.count
      throw Failure.Outcome(
        code: 65, text: "\(name) has \(count) problem\(count == 1 ? "" : "s").")
    }
    Console.note(
      "\(name) is sound: \(verification.trials) trials, \(verification.events) events, "
        + "\(verification.files) files looked at.")
  }
}
