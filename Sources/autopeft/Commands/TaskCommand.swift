import ArgumentParser
import Reports
import Training

/// `autopeft task`: looks at tasks without training anything.
struct TaskCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "task", abstract: "Check tasks and their data.", subcommands: [Check.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print classes, lengths, duplicates, and the smallest difference that shows.")

    @Argument(help: ArgumentHelp("A task: a name, PRESET:FOLDER or a file.", valueName: "task"))
    var task: String

    @Option(help: ArgumentHelp("The backbone whose tokenizer measures lengths."))
    var backbone = "embedded"

    @OptionGroup var casingOptions: CasingOptions

    @Option(help: "The longest sequence in tokens.")
    var maximumLength = 128

    @OptionGroup var output: OutputOptions

    func run() throws {
      let report = try TaskCheck(
        DownstreamTask(named: task), backbone: backbone, casing: casingOptions.casing,
        maximumLength: maximumLength
      ).report()
      Console.output(TaskTable.table(report).rendered(as: output.format), terminator: "")
    }
  }
}
