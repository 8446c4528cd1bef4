import ArgumentParser

/// `autopeft bench`: how fast this machine trains, and how well strategies search.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure training speed, or what a strategy finds on a made-up task.",
    subcommands: [TrainingBenchCommand.self, SearchBenchCommand.self])
}
