import ArgumentParser
import Foundation
import Training

/// `autopeft bench training`: times training steps of one configuration.
struct TrainingBenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "training", abstract: "Time training steps of one method or configuration.")

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case table
    case json
  }

  @OptionGroup var model: ModelOptions
  @OptionGroup var measured: MeasuredConfiguration
  @Option(help: "Threads that a matrix product may use.") var threads = 1
  @Option(help: "Training steps that are measured.") var steps = 20
  @Option(
    help: ArgumentHelp(
      "A new folder for what another engine needs to replay the steps, the first, unmeasured one "
        + "included.", valueName: "folder"))
  var trace: String?
  @Option(help: "table or json.") var format: Format = .table

  func run() throws {
    let report = try TrainingBenchmark(
      backbone: model.backbone, casing: model.casingOptions.casing, task: model.task,
      configuration: try measured.configuration(
        on: try BackboneFacts(name: model.backbone).shape),
      headKind: model.head, threads: threads, steps: steps,
      trace: trace.map { TraceRequest(directory: $0, steps: steps + 1) }
    ).run()
    switch format {
    case .json:
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      Console.output(String(decoding: try encoder.encode(report), as: UTF8.self))
    case .table: Console.output(Self.text(report))
    }
  }

  private static func text(_ report: TrainingBenchmark.Report) -> String {
    let total = report.stageSeconds.values.reduce(0, +)
    let stages = TrainingBenchmark.Report.stages.map { name in
      String(format: "%@ %.1f %%", name, 100 * (report.stageSeconds[name] ?? 0) / total)
    }
    let allocations = report.allocationsPerStep.map { String(format: "%.1f", $0) }
    var lines = [
      String(
        format: "%.1f examples/s, %.0f tokens/s, peak memory %.0f MB, %@ allocations a step",
        report.examplesPerSecond, report.tokensPerSecond,
        Double(report.peakMemoryBytes) / 1e6, allocations ?? "uncounted"),
      String(
        format: "training step: %.2f GFLOP in %.3f s (%.3f s of processor time)",
        report.operationsPerStep * 1e-9, total, report.processorSecondsPerStep),
      String(
        format: "%.1f GFLOP/s of useful work, %.0f %% of this machine's sgemm (%.1f GFLOP/s)",
        report.trainingGigaflops, 100 * report.sgemmShare, report.sgemmGigaflops),
      "time of a step: " + stages.joined(separator: ", "),
      String(format: "evaluation: %.1f examples/s", report.evaluationExamplesPerSecond),
    ]
    if let frozen = report.frozenStates {
      lines += [
        String(
          format: "states below layer %d: %.2f s to compute, %.3f s to open, %.3f s a step"
            + " instead of %.3f s", frozen.lowestTunedLayer, frozen.firstUseSeconds,
          frozen.laterUseSeconds, frozen.stepSecondsWith, frozen.stepSecondsWithout),
        String(
          format: "an epoch with kept states is %.2f times as fast; losses from a new and a kept"
            + " file %@, from computing all layers within %.1e", frozen.epochRatio,
          frozen.isBitEqual ? "equal bit for bit" : "DIFFER", frozen.largestLossDifference),
      ]
    }
    return lines.joined(separator: "\n")
  }
}
