/// Why a training cannot go on; it becomes the `failure` of a failed trial.
enum TrainingFailure: Error, Hashable, CustomStringConvertible {
  /// Steps count from 1; the learning rate is the trial's peak.
  case lossNotFinite(step: Int, learningRate: Double)
  case gradientNotFinite(step: Int, learningRate: Double)
  case diverged(step: Int, learningRate: Double, mean: Double, window: Int, constant: Double)
  case outputNotFinite(step: Int, learningRate: Double)

  var description: String {
    switch self {
    case .lossNotFinite(let step, let learningRate):
      "loss is not finite at step \(step) (learning rate \(learningRate))"
    case .gradientNotFinite(let step, let learningRate):
      "gradient is not finite at step \(step) (learning rate \(learningRate))"
    case .diverged(let step, let learningRate, let mean, let window, let constant):
      "loss diverges at step \(step) (learning rate \(learningRate)): the mean of the last "
        + "\(window) steps is \(Self.rounded(mean)), that of a constant answer is "
        + "\(Self.rounded(constant))"
    case .outputNotFinite(let step, let learningRate):
      "output is not finite after step \(step) (learning rate \(learningRate))"
    }
  }

  private static func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
