import ArgumentParser

/// `autopeft bench`: how fast this machine trains.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure speed as a share of this machine's matrix product.",
    subcommands: [TrainingBenchCommand.self])
}
