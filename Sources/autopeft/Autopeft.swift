import ArgumentParser

/// The program: one subcommand per file in `Commands/`.
@main
struct Autopeft: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "autopeft",
    abstract: "Finds the best parameter-efficient fine-tuning for your model and task.",
    discussion: """
      A first search, without any download:
        autopeft search spaces/quickstart.yaml --task nli2 --trials 20

      Data goes to standard output, progress and logs to standard error.
      """,
    version: ProgramVersion.text, subcommands: [WorkerCommand.self],
    groupedSubcommands: [
      CommandGroup(
        name: "Search", subcommands: [SearchCommand.self, ResumeCommand.self, TransferCommand.self]),
      CommandGroup(
        name: "Runs",
        subcommands: [
          StatusCommand.self, TrialsCommand.self, BestCommand.self, ShowCommand.self,
          ReportCommand.self, CompareCommand.self, VerifyCommand.self, CleanCommand.self,
        ]),
      CommandGroup(
        name: "Configurations",
        subcommands: [
          ExportCommand.self, ImportCommand.self, TrainCommand.self, EvaluateCommand.self,
          PredictCommand.self,
        ]),
      CommandGroup(
        name: "Inputs",
        subcommands: [
          SpaceCommand.self, TaskCommand.self, MethodsCommand.self, BackboneCommand.self,
        ]),
      CommandGroup(
        name: "Program",
        subcommands: [DoctorCommand.self, BenchCommand.self, PretrainCommand.self]),
    ])

  static func main() async {
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      Failure(error).exit()
    }
  }
}
