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
    commandName: "train", abstract: "Train one configuration, such as an exported one.")

  @Argument(help: ArgumentHelp("A configuration file.", valueName: "configuration"))
  var file: String

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

  func run() throws {
    let configuration = try PEFTConfiguration(
      yaml: try SpaceText.read(URL(filePath: file), name: file), file: file,
      schemas: MethodRegistry.schemas, backbone: try BackboneFacts(name: model.backbone).shape)
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
    guard case .finished(let result) = try TrialRunner(job: job, directory: folder).run() else {
      return
    }
    var table = Table(columns: ["measure", "value"])
    table.append([.text("state"), .text(result.state.rawValue)])
    table.append([.text("score"), .number(result.score, digits: 4)])
    table.append([.text("best_epoch"), result.bestEpoch.map { .integer($0) } ?? .missing])
    table.append([.text("steps"), .integer(result.steps)])
    table.append([.text("parameters"), .integer(result.counts.trainedParameters)])
    table.append([.text("head_parameters"), .integer(result.counts.headParameters)])
    Console.output(table.rendered(as: output.format), terminator: "")
    if let failure = result.failure {
      throw Failure.Outcome(code: 3, text: failure)
    }
  }
}
