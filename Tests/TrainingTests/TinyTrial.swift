import Checkpoints
import Foundation
import SearchSpaces
import Synchronization
import Testing
import Tokenizers

@testable import Training

/// Trials of a tiny task on a tiny backbone, whether a text is about colours.
struct TinyTrial {
  let folder: TemporaryFolder
  var job: TrialJob

  static let lora = MethodInstance(
    "lora",
    [
      "rank": .integer(2), "targets": .list(["query", "value"]), "dropout": .number(0.1),
    ])

  init(
    methods: [MethodInstance] = [lora], model: [MethodInstance] = [],
    training: TrainingSettings? = nil,
    regression: Bool = false, casing: Casing? = nil
  ) throws {
    folder = try TemporaryFolder()
    let backbone = try TinyBackbone.make(in: folder, saysCasing: casing == nil)
    job = TrialJob(
      trial: 1,
      configuration: PEFTConfiguration(
        groups: [LayerGroup(layers: 2, methods: methods)], model: model,
        training: training ?? Self.settings),
      backbone: backbone, casing: casing, task: try Self.writeTask(folder, regression: regression),
      seed: 11)
  }

  static let settings = TrainingSettings(
    epochs: 3, batch: 8, learningRate: 0.01, maximumLength: 12, backboneDropout: 0.1)

  /// Twenty training and ten validation examples, ten more to be opened at the end.
  static func writeTask(_ folder: TemporaryFolder, regression: Bool) throws -> String {
    for (name, range) in [("train", 0..<20), ("validation", 20..<30), ("test", 30..<40)] {
      let rows = range.map { index in
        let first = TinyBackbone.words[5 + index % 3]
        let second = TinyBackbone.words[8 + (index / 3) % 4]
        let isColour = (index * index) % 7 < 3
        let text = isColour ? "\(first) \(first) \(second)" : "\(second) \(first) \(second)"
        let label = regression ? "\(Double(index % 5) / 4)" : isColour ? "colour" : "other"
        return "\(text)\t\(label)\n"
      }
      _ = try folder.write("text\tlabel\n" + rows.joined(), to: "\(name).tsv")
    }
    return try folder.write(
      """
      kind: \(regression ? "regression" : "classification")
      metric: \(regression ? "mean(pearson, spearman)" : "accuracy")
      columns: {text: text, label: label}
      train: train.tsv
      validation: validation.tsv
      test: test.tsv
      """, to: "task.yaml")
  }

  /// Runs to the end, stopping and starting anew whenever `stops` says so.
  ///
  /// - Parameter stops: the number of questions after which each sitting is told to stop.
  func run(
    in name: String, stoppingAfter stops: [Int] = [], checkpointInterval: Double = 1e9
  ) throws -> (result: TrialResult, directory: String) {
    let directory = try folder.makeFolder(name)
    var remaining = stops[...]
    while true {
      let runner = TrialRunner(
        job: job, directory: directory, checkpointInterval: checkpointInterval,
        logger: Self.silent)
      let limit = remaining.popFirst()
      let asked = Atomic(0)
      let outcome = try runner.run {
        guard let limit else { return false }
        return asked.add(1, ordering: .relaxed).newValue >= limit
      }
      if case .finished(let result) = outcome { return (result, directory) }
    }
  }

  /// A result without what differs between two runs of one job.
  static func deterministic(_ result: TrialResult) -> TrialResult {
    var result = result
    result.timing = TrialTiming()
    return result
  }

  static func bytes(_ directory: String, _ file: String) throws -> Data {
    try Data(contentsOf: URL(filePath: "\(directory)/\(file)"))
  }
}
