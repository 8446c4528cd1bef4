import ArgumentParser
import Foundation
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
    @Option(help: "The method, with its defaults beside --parameter; 'none' for head only.")
    var method = "lora"
    @Option(help: ArgumentHelp("A value of the method.", valueName: "name=value"))
    var parameter: [String] = []
    @Option(help: ArgumentHelp("The layers that hold it, such as 4-5; all by default."))
    var layers: LayerSelection?
    @Option(help: "Threads that a matrix product may use.") var threads = 1
    @Option(help: "Training steps that are measured.") var steps = 20
    @Option(help: "Examples per step.") var batch = 32
    @Option(help: "Examples in all; as many as the steps need by default.") var examples: Int?
    @Option(help: "Longest sequence in tokens.") var length = 128
    @Option(help: "Dropout of backbone and head.") var dropout = 0.0
    @Option(help: "table or json.") var format: Format = .table

    func run() throws {
      let report = try TrainingBenchmark(
        backbone: model.backbone, casing: model.casingOptions.casing, task: model.task,
        configuration: configuration(),
        headKind: model.head, threads: threads, steps: steps
      ).run()
      switch format {
      case .json:
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        Console.output(String(decoding: try encoder.encode(report), as: UTF8.self))
      case .table: Console.output(Self.text(report))
      }
    }

    private func configuration() throws -> PEFTConfiguration {
      let count = try BackboneFacts(name: model.backbone).shape.layers
      let methods = method == "none" ? [] : [MethodInstance(method, try values())]
      let tuned = try (layers ?? LayerSelection(first: 0, last: count - 1)).range(of: count)
      let groups = [
        LayerGroup(layers: tuned.lowerBound, methods: []),
        LayerGroup(layers: tuned.count, methods: methods),
        LayerGroup(layers: count - tuned.upperBound, methods: []),
      ]
      return PEFTConfiguration(
        groups: groups.filter { $0.layers > 0 },
        training: TrainingSettings(
          batch: batch, examples: examples, maximumLength: length, backboneDropout: dropout))
    }

    private func values() throws -> [String: ParameterValue] {
      var values: [String: ParameterValue] = [:]
      for text in parameter {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
          throw ValidationError("--parameter must be name=value, got '\(text)'.")
        }
        let value = parts[1]
        values[parts[0]] =
          if let number = Int(value) { .integer(number) } else if let number = Double(value) {
            .number(number)
          } else if value.contains(",") {
            .list(value.split(separator: ",").map(String.init))
          } else { .text(value) }
      }
      return values
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
}

/// Layers written as one number or as the first and the last, counted from 0.
struct LayerSelection: ExpressibleByArgument {
  let first: Int
  let last: Int

  init(first: Int, last: Int) {
    self.first = first
    self.last = last
  }

  init?(argument: String) {
    let numbers = argument.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard let first = numbers.first ?? nil, let last = numbers.last ?? nil,
      numbers.count <= 2, first <= last
    else { return nil }
    self.init(first: first, last: last)
  }

  func range(of count: Int) throws -> Range<Int> {
    guard first >= 0, last < count else {
      throw ValidationError("--layers must lie in 0-\(count - 1), got \(first)-\(last).")
    }
    return first..<last + 1
  }
}
