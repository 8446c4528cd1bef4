import ArgumentParser
import Checkpoints
import Exports
import Foundation
import NeuralNets
import Reports
import RunStore
import SearchSpaces
import Tokenizers
import Training

/// `autopeft export`: a trained trial in another library's format.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a trained trial in the format that your stack loads.")

  @Argument(help: ArgumentHelp("The run's name.", valueName: "run"))
  var name: String

  @Option(help: "The trial's number; the best one by default.")
  var trial: Int?

  @Option(
    name: .customLong("format"),
    help: ArgumentHelp(
      "One of: \(ExporterRegistry.all.map { $0.name }.joined(separator: ", ")); with --list how the "
        + "list is printed: table, json, jsonl or csv.",
      valueName: "format"))
  var exportFormat: String?

  @Flag(
    help: ArgumentHelp(
      "With --format hf-peft: one rank for all modules and no scales, which vLLM and llama.cpp read "
        + "like PEFT; the same as --format \(PortablePEFT.name)."))
  var portable = false

  @Option(help: ArgumentHelp("The folder to write; it must not exist.", valueName: "folder"))
  var output: String?

  @Option(help: "What the export calls the backbone; by default its folder's path.")
  var baseModelName: String?

  @Flag(help: "Read the export back as its consumer does; print the largest logit difference.")
  var check = false

  @Flag(
    help: ArgumentHelp(
      "Say which formats hold the trial exactly, which convert it, and which refuse it and why."))
  var list = false

  @OptionGroup var runs: RunOptions

  func validate() throws {
    guard list || (exportFormat != nil && output != nil) else {
      throw ValidationError("export needs --format and --output, or --list.")
    }
    if list, let exportFormat, Table.Format(rawValue: exportFormat) == nil {
      throw ValidationError(
        "--format beside --list is how the list is printed (table, json, jsonl or csv), got "
          + "'\(exportFormat)'.")
    }
    guard !portable || exportFormat == HuggingFacePEFT.name else {
      throw ValidationError("--portable belongs to --format \(HuggingFacePEFT.name).")
    }
  }

  func run() throws {
    let history = try runs.open(name)
    let number = try trial ?? BestTrial.number(in: history)
    let folder = history.run.trial(number)
    guard folder.hasAdapter else {
      throw Failure.Outcome(
        code: 2,
        text: "trial \(number) of \(name) keeps no adapter; only the front, the references "
          + "and the ten best stay. Search with --keep all, or 'autopeft train' its configuration.")
    }
    let predictor = try Predictor(adapter: folder.adapterFile)
    let subject = try subject(history, number: number, predictor: predictor)
    let task = try DownstreamTask(named: try history.settings().task)
    if list {
      let examples = try task.data().validation.prefix(ExportListing.exampleCount)
      let table = try ExportListing.table(subject, batches: predictor.batches(Array(examples)))
      let format = exportFormat.flatMap(Table.Format.init) ?? .table
      Console.output(table.rendered(as: format), terminator: "")
      return
    }
    guard let named = exportFormat, let output else { return }
    let exportFormat = portable ? PortablePEFT.name : named
    try Export.write(subject, format: exportFormat, to: output)
    Console.output("\(output)")
    if check {
      let examples = try task.data().validation
      let difference = try Export.check(
        subject, format: exportFormat, directory: output, batches: predictor.batches(examples))
      Console.note(
        "Read back: largest logit difference \(String(format: "%.2e", difference)) on "
          + "\(examples.count) validation examples.")
    }
  }

  private func subject(
    _ history: RunHistory, number: Int, predictor: Predictor
  ) throws -> ExportSubject {
    let backbone = predictor.description.backbone
    let record = try history.trial(number)
    let task = try DownstreamTask(named: try history.settings().task)
    return ExportSubject(
      attached: predictor.attached, backbone: predictor.backbone, head: predictor.head,
      source: try BackboneFacts(name: backbone).directory,
      baseModelName: baseModelName ?? backbone,
      lowercases: predictor.description.casing.map { $0 == .uncased },
      labels: predictor.description.labels,
      provenance: ExportSubject.Provenance(
        run: history.run.name, trial: number, task: predictor.description.task,
        metric: task.metric.name, score: record.trial.score,
        interval: try ScoreInterval.read(history.run.trial(number), metric: task.metric),
        freshScores: try history.trials().filter {
          $0.replicate > 0 && $0.identity == record.identity
        }.compactMap(\.trial.score), programVersion: ProgramVersion.text))
  }
}
