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
    Console.output(ResultTable.of(score).rendered(as: output.format), terminator: "")
  }
}
