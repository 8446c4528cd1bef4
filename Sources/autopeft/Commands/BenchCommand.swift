import ArgumentParser
import Foundation
import SearchSpaces
import Training

/// `autopeft bench`: how fast this machine trains, and how well strategies search.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure training speed, or what a strategy finds on a made-up task.",
    subcommands: [TrainingBench.self, SearchBenchCommand.self])

  struct TrainingBench: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "training", abstract: "Time training steps of one method.")

    enum Format: String, ExpressibleByArgument, CaseIterable {
      case table
      case json
    }

    @OptionGroup var model: ModelOptions
    @Option(help: "The method, with its defaults in every layer; 'none' for head only.")
    var method = "lora"
    @Option(help: "Threads that a matrix product may use.") var threads = 1
    @Option(help: "Training steps that are measured.") var steps = 20
    @Option(help: "Examples per step.") var batch = 32
    @Option(help: "table or json.") var format: Format = .table

    func run() throws {
      let layers = try BackboneFacts(name: model.backbone).shape.layers
      let methods = method == "none" ? [] : [MethodInstance(method, [:])]
      let configuration = PEFTConfiguration(
        groups: [LayerGroup(layers: layers, methods: methods)],
        training: TrainingSettings(batch: batch))
      let report = try TrainingBenchmark(
        backbone: model.backbone, task: model.task, configuration: configuration,
        headKind: model.head, threads: threads, steps: steps
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
  }
}
