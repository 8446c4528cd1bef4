import ArgumentParser

/// `autopeft bench`: how fast this machine trains, how well strategies search, how fast their model is fitted.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract:
      "Measure training speed, what a strategy finds on a made-up task, or the model's fit.",
    subcommands: [
      TrainingBenchCommand.self, SearchBenchCommand.self, SurrogateBenchCommand.self,
    ])
}
