internal import Foundation

/// What it saves to keep the states below the lowest tuned layer, measured in one run.
///
/// Three trainings of one configuration take their steps in turn: one computes the layers below in
/// every step, one fills a cache, one reads what the other has left there.
public struct FrozenStatesReport: Codable, Hashable, Sendable {
  /// The lowest tuned layer; the states are its input.
  public var lowestTunedLayer: Int
  /// Seconds until the states of an empty cache are there.
  public var firstUseSeconds: Double
  /// Seconds until the states of a filled cache are there.
  public var laterUseSeconds: Double
  /// Processor seconds of a step that computes all layers.
  public var stepSecondsWithout: Double
  /// Processor seconds of a step that reads states.
  public var stepSecondsWith: Double
  /// Time of an epoch without a cache over that with a filled one, opening it included.
  public var epochRatio: Double
  /// Whether the losses of all steps are the same bits from an empty and from a filled cache.
  public var isBitEqual: Bool
  /// The largest difference of a loss from that of the training that computes all layers.
  public var largestLossDifference: Double

  enum CodingKeys: String, CodingKey {
    case lowestTunedLayer = "lowest_tuned_layer"
    case firstUseSeconds = "first_use_seconds"
    case laterUseSeconds = "later_use_seconds"
    case stepSecondsWithout = "step_seconds_without"
    case stepSecondsWith = "step_seconds_with"
    case epochRatio = "epoch_ratio"
    case isBitEqual = "is_bit_equal"
    case largestLossDifference = "largest_loss_difference"
  }
}

extension TrainingBenchmark {
  func frozenStates() throws -> FrozenStatesReport {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "autopeft-bench-\(ProcessInfo.processInfo.processIdentifier)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let cache = CacheFolder(path: folder.path, logger: TrialRunner.standardErrorLogger)
    let trainers = [
      try makeTrainer(cache: nil), try makeTrainer(cache: cache), try makeTrainer(cache: cache),
    ]
    let preparations = trainers.map { trainer in
      var watch = Stopwatch()
      watch.measure(operations: 0) { _ = trainer.prepare { false } }
      return watch.processorSeconds
    }
    var measurements = trainers.map { StepMeasurement($0) }
    var losses: [[Double]] = [[], [], []]
    for _ in 0..<steps {
      for index in trainers.indices { losses[index].append(try measurements[index].measure()) }
    }
    let seconds = measurements.map { $0.watch.processorSeconds / Double(steps) }
    let epoch = Double(trainers[0].plan.stepsPerEpoch)
    return FrozenStatesReport(
      lowestTunedLayer: trainers[0].model.lowestTunedLayer, firstUseSeconds: preparations[1],
      laterUseSeconds: preparations[2], stepSecondsWithout: seconds[0],
      stepSecondsWith: seconds[2],
      epochRatio: seconds[0] * epoch / (preparations[2] + seconds[2] * epoch),
      isBitEqual: losses[1] == losses[2],
      largestLossDifference: zip(losses[0], losses[2]).reduce(0) { max($0, abs($1.0 - $1.1)) })
  }
}
