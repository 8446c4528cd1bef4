import ArgumentParser
import Checkpoints
import Exports
import Foundation
import PEFTMethods
import Reports
import SearchSpaces
import Training

/// `autopeft import`: an adapter of PEFT or AdapterHub, scored or trained further.
struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Score or continue an adapter of PEFT or AdapterHub.",
    discussion: """
      Read are LORA (rank and alpha patterns, rsLoRA, DoRA) and IA3 of Hugging Face PEFT, and
      bottlenecks, LoRA and prefixes of AdapterHub, with their heads. --output keeps an
      adapter.safetensors that 'autopeft predict' and 'evaluate' take; --continue trains it further.
      """)

  @Argument(help: ArgumentHelp("The adapter's folder.", valueName: "folder"))
  var source: String

  @Option(
    help: ArgumentHelp(
      "'embedded', or the backbone's folder; by default the folder that the adapter names.",
      valueName: "folder"))
  var backbone: String?

  @Option(
    help: ArgumentHelp(
      "A generated task (nli2, agr2, lex, val), PRESET:FOLDER for a GLUE set, or a task file.",
      valueName: "task"))
  var task: String

  @OptionGroup var casingOptions: CasingOptions

  @Option(
    help: ArgumentHelp(
      "What the adapter's outputs stand for, in their order; by default what its files say, else "
        + "the task's labels in their order.", valueName: "name,name"))
  var labels: String?

  @Option(help: "What is scored: validation or test.")
  var split: EvaluationSplit = .validation

  @Option(
    name: .customLong("output"),
    help: ArgumentHelp("A folder for the adapter in this program's form.", valueName: "folder"))
  var folder: String?

  @Flag(name: .customLong("continue"), help: "Train the adapter further on the task.")
  var continues = false

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "With --continue: a value of the training, such as training.epochs=5; may be repeated.",
      valueName: "key=value"))
  var overrides: [String] = []

  @Option(help: "With --continue: the seed of order, dropout and a head that is missing.")
  var seed: UInt64 = 0

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard !continues || folder != nil else {
      throw ValidationError("--continue needs --output, a folder for what it trains.")
    }
    guard continues || overrides.isEmpty else {
      throw ValidationError("--set changes a training; add --continue.")
    }
    if let other = overrides.first(where: { !$0.hasPrefix("training.") }) {
      throw ValidationError(
        "--set changes values of 'training' here, since the adapter says what is attached; got "
          + "'\(other)'.")
    }
  }

  func run() throws {
    let backbone = try ImportedBackbone.name(backbone, named: ImportedAdapter.backboneName(source))
    let facts = try BackboneFacts(name: backbone)
    var adapter = try ImportedAdapter.read(source, backbone: facts.directory)
    let task = try DownstreamTask(named: task)
    let names = try task.labelNames()
    guard adapter.head != nil || continues else { throw ImportError.noHead(folder: source) }
    adapter.head = try adapter.head.map {
      try ImportedLabels(named: labels, task: names).ordered($0)
    }
    Console.note("Read \(adapter.origin).")
    for note in adapter.notes { Console.note(note) }
    let configuration = try configuration(adapter, facts)
    try withFolder { directory in
      let start = "\(directory)/\(continues ? "imported" : "adapter").safetensors"
      try AdapterDescription.write(
        adapter.tensors, head: adapter.head?.tensors ?? [], configuration: configuration,
        headKind: adapter.head.flatMap { HeadKind(rawValue: $0.kind.rawValue) } ?? .automatic,
        task: task, labels: names, backbone: BackboneFacts.absolute(backbone),
        casing: casingOptions.casing, to: start)
      if continues {
        try train(configuration, from: start, adapter: adapter, backbone: backbone, in: directory)
      } else {
        let score = try Predictor(adapter: start).score(on: task, split: split)
        Console.output(ResultTable.of(score).rendered(as: output.format), terminator: "")
      }
    }
  }

  /// The imported configuration with the values of `--set`.
  private func configuration(
    _ adapter: ImportedAdapter, _ facts: BackboneFacts
  ) throws -> PEFTConfiguration {
    try PEFTConfiguration(
      yaml: adapter.configuration.yaml, file: source, schemas: MethodRegistry.schemas,
      backbone: facts.shape, overrides: overrides)
  }

  /// The folder of `--output`, or one that is removed afterwards.
  private func withFolder(_ body: (String) throws -> Void) throws {
    let temporary = FileManager.default.temporaryDirectory
      .appending(path: "autopeft-import-\(UUID().uuidString)").path
    let directory = folder ?? temporary
    do {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true)
    } catch {
      throw Failure.Outcome(
        code: 73, text: "cannot create \(directory): \(error.localizedDescription)")
    }
    defer { if folder == nil { try? FileManager.default.removeItem(atPath: temporary) } }
    try body(directory)
  }

  private func train(
    _ configuration: PEFTConfiguration, from start: String, adapter: ImportedAdapter,
    backbone: String, in directory: String
  ) throws {
    let job = TrialJob(
      trial: 0, configuration: configuration, backbone: BackboneFacts.absolute(backbone),
      casing: casingOptions.casing, task: BackboneFacts.absolute(task), seed: seed, split: split,
      headKind: adapter.head.flatMap { HeadKind(rawValue: $0.kind.rawValue) } ?? .automatic,
      start: start)
    guard case .finished(let result) = try TrialRunner(job: job, directory: directory).run()
    else { return }
    Console.output(ResultTable.of(result).rendered(as: output.format), terminator: "")
    if let failure = result.failure { throw Failure.Outcome(code: 3, text: failure) }
  }
}
