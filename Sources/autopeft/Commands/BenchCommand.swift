import ArgumentParser
import Foundation
import PEFTMethods
import SearchSpaces
import Training

/// `autopeft bench`: how fast this machine trains.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure speed as a share of this machine's matrix product.",
    subcommands: [TrainingBench.self])

  struct TrainingBench: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "training", abstract: "Time training steps of one method.")

    enum Format: String, ExpressibleByArgument, CaseIterable {
      case table
      case json
    }

    @OptionGroup var model: ModelOptions
    @Option(
      help: "The method, with its defaults in every layer; 'none' for head only (default: lora).")
    var method: String?
    @Option(
      name: .customLong("configuration"),
      help: ArgumentHelp("A configuration file, instead of --method.", valueName: "file"))
    var file: String?
    @Option(help: "Threads that a matrix product may use.") var threads = 1
    @Option(help: "Training steps that are measured.") var steps = 20
    @Option(help: "Examples per step (default: what --configuration says, or 32).")
    var batch: Int?
    @Option(
      help: ArgumentHelp(
        "A new folder for what another engine needs to replay the steps, the first, unmeasured one "
          + "included.", valueName: "folder"))
    var trace: String?
    @Option(help: "table or json.") var format: Format = .table

    func validate() throws {
      if file != nil, method != nil {
        throw ValidationError("--method and --configuration both say what to train; give one.")
      }
    }

    func run() throws {
      let report = try TrainingBenchmark(
        backbone: model.backbone, casing: model.casingOptions.casing, task: model.task,
        configuration: try measured(), headKind: model.head, threads: threads, steps: steps,
        trace: trace.map { TraceRequest(directory: $0, steps: steps + 1) }
      ).run()
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      let json = String(decoding: try encoder.encode(report), as: UTF8.self)
      guard format == .table else {
        Console.output(json)
        return
      }
      Console.output(
        String(
          format: """
            %.1f examples/s, %.0f tokens/s, peak memory %.0f MB
            training step: %.1f GFLOP/s of useful work, %.0f %% of this machine's sgemm (%.1f GFLOP/s)
            evaluation: %.1f examples/s
            """,
          report.examplesPerSecond, report.tokensPerSecond, Double(report.peakMemoryBytes) / 1e6,
          report.trainingGigaflops, 100 * report.sgemmShare, report.sgemmGigaflops,
          report.evaluationExamplesPerSecond))
    }

    /// What is trained: the file's configuration, or one method in every layer.
    private func measured() throws -> PEFTConfiguration {
      let shape = try BackboneFacts(name: model.backbone).shape
      var configuration: PEFTConfiguration
      if let file {
        configuration = try PEFTConfiguration(
          yaml: try SpaceText.read(URL(filePath: file), name: file), file: file,
          schemas: MethodRegistry.schemas, backbone: shape)
      } else {
        let methods = method == "none" ? [] : [MethodInstance(method ?? "lora", [:])]
        configuration = PEFTConfiguration(
          groups: [LayerGroup(layers: shape.layers, methods: methods)],
          training: TrainingSettings())
      }
      if let batch { configuration.training.batch = batch }
      return configuration
    }
  }
}
