/// Where a training stands: with the tensors beside it, all that a checkpoint needs.
struct TrainingProgress: Codable, Hashable, Sendable {
  /// The best epoch so far.
  struct Best: Codable, Hashable, Sendable {
    var epoch: Int
    var score: Double
    /// What the model said of the validation examples.
    var predictions: Predictions
  }

  /// Optimizer steps taken since the start.
  var step = 0
  /// Steps taken in the current epoch.
  var stepInEpoch = 0
  /// Σ loss · examples of the current epoch.
  var lossSum = 0.0
  var watch = DivergenceWatch()
  /// The closed epochs.
  var epochs: [EpochMetrics] = []
  var best: Best?

  /// The current epoch, from 0.
  var epoch: Int { epochs.count }

  /// Closed epochs since the best one.
  var staleEpochs: Int { epochs.count - (best?.epoch ?? 0) }
}
