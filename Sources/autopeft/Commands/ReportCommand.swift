import ArgumentParser
import Reports
import RunStore

/// `autopeft report`: a run as a page with pictures and tables.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Write a run's report: one HTML page, pictures, tables.",
    discussion: """
      Everything goes into runs/NAME/report: report.html stands by itself (no script, nothing
      fetched), pictures/ holds its pictures as SVG, tables/ its tables as JSON and CSV.

      Runs of one design on several tasks are read together: autopeft report RUN RUN2. Their scores
      are averaged block by block.
      """)

  @Argument(
    help: ArgumentHelp("The run's name; several for one design on several tasks.", valueName: "run")
  )
  var names: [String]

  @OptionGroup var runs: RunOptions

  @Option(
    help: ArgumentHelp(
      "The folder to write to; by default 'report' in the run.", valueName: "folder"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "The largest difference of scores that does not matter, for equivalence.", valueName: "score")
  )
  var margin = 0.005

  @Flag(help: "Leave out what differs between two runs of the same search.")
  var withoutTimes = false

  func run() throws {
    let sources = try names.map { name in
      let history = try runs.open(name)
      let assembly = try StudyAssembly(run: history.run, settings: try history.settings())
      return try ReportSource(history: history, space: assembly.space)
    }
    guard let first = sources.first else {
      throw ValidationError("Name at least one run.")
    }
    let document =
      sources.count > 1 || DesignReport.applies(to: first)
      ? try DesignReport.document(sources, margin: margin, includesTimes: !withoutTimes)
      : try SearchReport.document(first, includesTimes: !withoutTimes)
    let files = try ReportFiles.write(document, to: output ?? first.history.run.report)
    for file in files.prefix(1) { Console.output(file) }
    Console.note("\(files.count) files written; the page is \(files[0]).")
  }
}
