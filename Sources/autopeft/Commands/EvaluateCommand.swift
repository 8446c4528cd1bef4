import ArgumentParser
import Reports
import Training

/// `autopeft evaluate`: scores of a trained trial on a split.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Score a trained trial on a split of a task.")

  @OptionGroup var adapter: AdapterOptions
  @OptionGroup var output: OutputOptions

  @Option(help: "The task; by default the run's.")
  var task: String?

  @Option(help: "The split: validation or test.")
  var split: EvaluationSplit = .validation

  func run() throws {
    let (file, ownTask) = try adapter.resolve()
    guard let name = task ?? ownTask else {
      throw ValidationError("An adapter file does not name its data; add --task.")
    }
    let score = try Predictor(adapter: file, backbone: adapter.backbone)
      .score(on: DownstreamTask(named: name), split: split)
    var table = Table(columns: ["measure", "value"])
    table.append([.text("score"), .number(score.score, digits: 4)])
    for (name, value) in score.metrics.sorted(by: { $0.key < $1.key }) {
      table.append([.text(name), .number(value, digits: 4)])
    }
    table.append([.text("loss"), .number(score.loss, digits: 4)])
    table.append([.text("examples"), .integer(score.predictions.count)])
    Console.output(table.rendered(as: output.format), terminator: "")
  }
}
