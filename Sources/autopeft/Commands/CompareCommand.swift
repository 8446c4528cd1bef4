import ArgumentParser
import Reports
import Training

/// `autopeft compare`: arms over paired blocks, from a table of scores.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare arms over paired blocks, from a CSV file of scores.",
    discussion: """
      autopeft compare scores.csv --arm design --block seed --against s4

      The file names its columns in the first line and has one score a row; an empty score is a
      failure. Rows of one block share what they do not compare: a seed, a fold, a draw.
      """)

  enum Part: String, ExpressibleByArgument, CaseIterable {
    case arms
    case pairs
  }

  @Argument(help: ArgumentHelp("The CSV file.", valueName: "file"))
  var file: String

  @Option(help: ArgumentHelp("The column that names what is compared.", valueName: "column"))
  var arm = "arm"

  @Option(help: ArgumentHelp("The column by which scores are paired.", valueName: "column"))
  var block = "block"

  @Option(help: ArgumentHelp("The column of the score, higher is better.", valueName: "column"))
  var score = "score"

  @Option(
    help: ArgumentHelp(
      "The column of the task: scores are averaged over tasks, block by block.",
      valueName: "column"))
  var task: String?

  @Option(
    name: .customLong("where"),
    help: ArgumentHelp("Only rows with this value; may be repeated.", valueName: "column=value"))
  var filters: [String] = []

  @Option(
    help: ArgumentHelp(
      "Arms to compare, between commas; all of the file by default.", valueName: "names"))
  var arms: String?

  @Option(
    help: ArgumentHelp(
      "One arm against each other; by default all pairs are one family.", valueName: "name"))
  var against: String?

  @Option(
    help: ArgumentHelp(
      "The largest difference of scores that does not matter, for equivalence.", valueName: "score")
  )
  var margin = 0.005

  @Option(help: "Print one table only: arms or pairs.")
  var only: Part?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    for filter in filters where !filter.contains("=") {
      throw ValidationError("--where must be column=value, got '\(filter)'.")
    }
    if output.format != .table, only == nil {
      throw ValidationError("--format \(output.format.rawValue) needs --only arms or --only pairs.")
    }
  }

  func run() throws {
    let comparison = try ScoreComparison(
      NamedTable(csv: file),
      ScoreComparison.Layout(
        arm: arm, block: block, score: score, task: task, filters: filters.map(Self.filter)),
      arms: arms.map { $0.split(separator: ",").map(String.init) }, centre: against,
      margin: margin)
    if only != .pairs {
      Console.output(comparison.arms.rendered(as: output.format), terminator: "")
    }
    if only == nil { Console.output("") }
    if only != .arms {
      Console.output(comparison.pairs.rendered(as: output.format), terminator: "")
    }
    if output.format == .table { Console.output("\n" + comparison.summary) }
  }

  private static func filter(_ text: String) -> (column: String, value: String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    return (String(parts[0]), String(parts[1]))
  }
}
