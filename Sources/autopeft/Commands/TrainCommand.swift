import ArgumentParser
import Foundation
import PEFTMethods
import Reports
import RunStore
import SearchSpaces
import Training

/// `autopeft train`: one configuration outside a search.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train one configuration, or a fixed design at any budget.",
    discussion: """
      autopeft train --design s4 --budget 0.5% --task nli2 --output DIR trains a design of
      spaces/designs with its sizes solved from the budget.
      """)

  @Argument(help: ArgumentHelp("A configuration file.", valueName: "configuration"))
  var file: String?

  @OptionGroup var design: DesignOptions

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Change one value of the file, such as training.learning-rate=2e-3; may be repeated.",
      valueName: "key=value"))
  var overrides: [String] = []

  @OptionGroup var model: ModelOptions
  @OptionGroup var output: OutputOptions

  @Option(name: .customLong("output"), help: "A folder for adapter, metrics and result.")
  var folder: String

  @Option(help: "The seed of initial values, order and dropout.")
  var seed: UInt64 = 0

  @Option(help: "A number that gives fresh noise under the same seed.")
  var replicate = 0

  @Option(help: "What the score is measured on: validation or test.")
  var split: EvaluationSplit = .validation

  @Option(
    help: ArgumentHelp(
      "A new folder for what another engine needs to replay the first steps: initial tensors, "
        + "batches, settings and losses.", valueName: "folder"))
  var trace: String?

  @Option(help: "How many steps --trace writes (default: 50).")
  var traceSteps: Int?

  func validate() throws {
    if (file == nil) == (design.name == nil) {
      throw ValidationError("Name either a configuration file or --design, not both.")
    }
    guard let traceSteps else { return }
    guard trace != nil else {
      throw ValidationError("--trace-steps says how long a trace is; give --trace too.")
    }
    guard traceSteps >= 1 else {
      throw ValidationError("--trace-steps must be at least 1, got \(traceSteps).")
    }
  }

  private var traceRequest: TraceRequest? {
    guard let trace else { return nil }
    return traceSteps.map { TraceRequest(directory: trace, steps: $0) }
      ?? TraceRequest(directory: trace)
  }

  private func configuration() throws -> PEFTConfiguration {
    guard let file else {
      return try design.configuration(backbone: model.backbone, overrides: overrides)
    }
    return try PEFTConfiguration(
      yaml: try SpaceText.read(URL(filePath: file), name: file), file: file,
      schemas: MethodRegistry.schemas, backbone: try BackboneFacts(name: model.backbone).shape,
      overrides: overrides)
  }

  func run() throws {
    let configuration = try configuration()
    let job = TrialJob(
      trial: 0, configuration: configuration, backbone: BackboneFacts.absolute(model.backbone),
      casing: model.casingOptions.casing, task: BackboneFacts.absolute(model.task), seed: seed,
      replicate: replicate, split: split, headKind: model.head)
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw Failure.Outcome(
        code: 73, text: "cannot create \(folder): \(error.localizedDescription)")
    }
    let runner = TrialRunner(job: job, directory: folder, trace: traceRequest)
    guard case .finished(let result) = try runner.run() else { return }
    Console.output(ResultTable.of(result).rendered(as: output.format), terminator: "")
    if let failure = result.failure {
      throw Failure.Outcome(code: 3, text: failure)
    }
  }
}
