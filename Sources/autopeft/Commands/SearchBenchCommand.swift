import ArgumentParser
import Foundation
import PEFTMethods
import SearchSpaces
import SearchStrategies

/// `autopeft bench search`: compares strategies on a made-up task, without training.
struct SearchBenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Measure the hypervolume that a strategy reaches without training.",
    discussion: """
      The task is on AutoPEFT's space and its best front is known: a made-up one, or with --table one of \
      which every point has been trained (experiments/tabular). One line is printed for each seed and \
      each --every trials: the share of the best hypervolume by then.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case csv
    case json
  }

  @Option(help: "The strategy.") var strategy = "bayes"
  @Option(help: "AutoPEFT's space file.") var space = "spaces/autopeft.yaml"
  @Option(help: "Layers of the imagined backbone.") var layers = 12
  @Option(help: "Its hidden width.") var width = 768
  @Option(
    help: ArgumentHelp(
      "Scores of every point of the space, as comma-separated values.", valueName: "file"))
  var table: String?
  @Option(help: "How many seeds.") var seeds = 1
  @Option(help: "The first seed.") var firstSeed: UInt64 = 1
  @Option(help: "Trials of each search.") var trials = 200
  @Option(help: "Proposals asked for at a time.") var batch = 4
  @Option(help: "After how many trials each the hypervolume is printed.") var every = 10
  @Option(help: "What the strategy is called in the output; its name by default.")
  var label: String?
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("A setting of the strategy.", valueName: "strategy.key=value"))
  var overrides: [String] = []
  @Option(
    help: ArgumentHelp(
      "Learn from an earlier run on a related, unrelated or adverse task.", valueName: "task"))
  var from: RelatedProblem?
  @Option(help: "Trials of the earlier run.") var fromTrials = 60
  @Option(help: "csv or json.") var format: Format = .csv

  func validate() throws {
    guard seeds >= 1, trials >= 1, batch >= 1, every >= 1, (1...64).contains(layers),
      (8...8192).contains(width), fromTrials >= 1
    else {
      throw ValidationError(
        "--seeds, --trials, --batch, --every and --from-trials must be positive, --layers 1 to 64, --width 8 to 8192."
      )
    }
    guard table == nil || from == nil else {
      throw ValidationError("--from makes an earlier task for the made-up one; leave out --table.")
    }
  }

  func run() throws {
    let text = try SpaceText.read(URL(filePath: space), name: space)
    let backbone = BackboneShape(
      layers: layers, width: width, feedForward: 4 * width, heads: max(1, width / 64))
    let space = try SearchSpace(
      yaml: text, file: space, schemas: MethodRegistry.schemas, backbone: backbone,
      overrides: overrides)
    let benchmark = SearchBenchmark(
      space: space, trials: trials, batch: batch, interval: every)
    if format == .csv { Console.output(SearchBenchmark.Run.header) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    for seed in firstSeed..<(firstSeed + UInt64(seeds)) {
      let run = try run(benchmark, settings: space.strategySettings, seed: seed)
      Console.output(
        format == .csv ? run.lines : String(decoding: try encoder.encode(run), as: UTF8.self))
    }
  }

  private func run(
    _ benchmark: SearchBenchmark, settings: [String: ParameterValue], seed: UInt64
  ) throws -> SearchBenchmark.Run {
    guard let table else {
      return try benchmark.run(
        strategy, settings: settings, label: label, seed: seed,
        earlier: from.map { SearchBenchmark.Earlier($0, trials: fromTrials) })
    }
    let problem = try TableProblem(
      try BenchTable.text(table), name: table, layers: layers, width: width, seed: seed)
    return try benchmark.run(strategy, on: problem, settings: settings, label: label, seed: seed)
  }
}
