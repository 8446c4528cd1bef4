import ArgumentParser
import Reports
import RunStore

/// `autopeft status`: where a run stands.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Say where a run stands; without a name, list all runs.")

  @Argument(help: ArgumentHelp("The run's name.", valueName: "run"))
  var name: String?

  @OptionGroup var runs: RunOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let directories =
      try name.map { [try RunDirectory.open(runs.directory($0).path)] }
      ?? RunDirectory.list(in: runs.runsDir)
    var table = StatusTable.empty
    for directory in directories {
      try StatusTable.append(directory, to: &table)
    }
    Console.output(table.rendered(as: output.format), terminator: "")
    guard name != nil, output.format == .table, let directory = directories.first,
      let earlier = try earlierRuns(directory)
    else { return }
    Console.output("\n" + earlier.rendered(as: .table), terminator: "")
  }

  /// What the run has taken over from others; nil for a run that was started without.
  private func earlierRuns(_ directory: RunDirectory) throws -> Table? {
    let history = try RunHistory.open(directory)
    let settings = try history.settings()
    guard settings.earlierHash != nil else { return nil }
    let assembly = try StudyAssembly(run: directory, settings: settings)
    return try EarlierTable.table(ReportSource(history: history, space: assembly.space))
  }
}
