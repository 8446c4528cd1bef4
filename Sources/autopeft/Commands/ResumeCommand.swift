import ArgumentParser
import RunStore

/// `autopeft resume`: go on with a run.
struct ResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Continue a search that was stopped, killed or is to go further.")

  @Argument(help: ArgumentHelp("The run's name.", valueName: "run"))
  var name: String

  @OptionGroup var runs: RunOptions
  @OptionGroup var sitting: SittingOptions

  @Flag(help: "Go on although the machine or the data differ from the recorded ones.")
  var acceptEnvironment = false

  func run() async throws {
    let directory = try RunDirectory.open(runs.directory(name).path)
    let budget = try RunHistory.open(directory).budget()
    let changed = sitting.applied(to: budget)
    try await StudySitting(
      run: directory, parallel: try sitting.checkedParallel(), executor: sitting.executor,
      acceptsEnvironment: acceptEnvironment, budget: changed == budget ? nil : changed
    ).search()
  }
}
