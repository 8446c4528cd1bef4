import ArgumentParser
import Foundation
import RunStore
import SearchSpaces
import Training

/// Names a trained adapter: a trial of a run, or an adapter file.
struct AdapterOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("A run's name, or the path of an adapter.safetensors."))
  var source: String

  @Option(help: "The trial's number; the best one by default.")
  var trial: Int?

  @Option(help: "The backbone, where it is not the one that the adapter names.")
  var backbone: String?

  @OptionGroup var runs: RunOptions

  /// The adapter's file, and the task that it was trained on where that is known.
  func resolve() throws -> (adapter: String, task: String?) {
    if source.hasSuffix(".safetensors") { return (source, nil) }
    let history = try runs.open(source)
    let number = try trial ?? BestTrial.number(in: history)
    let folder = history.run.trial(number)
    guard folder.hasAdapter else {
      throw Failure.Outcome(
        code: 2,
        text: "trial \(number) of \(source) keeps no adapter (see 'autopeft search --keep').")
    }
    return (folder.adapterFile, try history.settings().task)
  }
}

/// `autopeft predict`: label names and logits as JSON lines.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Print predictions of a trained trial as JSON lines.")

  @OptionGroup var adapter: AdapterOptions

  @Option(help: "The task; by default the run's.")
  var task: String?

  @Option(help: "The task's split: validation or test.")
  var split: EvaluationSplit = .validation

  @Option(help: "A file in the layout of the task's files; labels are not needed.")
  var input: String?

  func run() throws {
    let (file, ownTask) = try adapter.resolve()
    guard let name = task ?? ownTask else {
      throw ValidationError("An adapter file does not say how data is laid out; add --task.")
    }
    let task = try DownstreamTask(named: name)
    let examples: [Example]
    if let input {
      examples = try task.examples(inFile: input, withLabels: false)
    } else {
      examples = try split == .test ? task.testExamples() : task.data().validation
    }
    let predictor = try Predictor(adapter: file, backbone: adapter.backbone)
    let length = predictor.maximumLength
    for (example, answer) in zip(examples, predictor.answers(to: examples)) {
      Console.output(
        try PredictionLine(example: example, answer: answer, maximumLength: length).json)
    }
  }
}

/// One line of `autopeft predict`.
struct PredictionLine: Encodable {
  let text: String
  let pair: String?
  let label: String?
  let value: Double?
  let logits: [Float]
  let maximumLength: Int

  enum CodingKeys: String, CodingKey {
    case text
    case pair
    case label
    case value
    case logits
    case maximumLength = "maximum_length"
  }

  init(example: Example, answer: Predictor.Answer, maximumLength: Int) {
    text = example.text
    pair = example.pair
    label = answer.label
    value = answer.value
    logits = answer.logits
    self.maximumLength = maximumLength
  }

  var json: String {
    get throws { try CanonicalJSON.text(self) }
  }
}
