import Foundation
import LinearAlgebra
import RunStore
import Statistics
import Training

/// The interval of a trial's score over its validation examples.
enum ScoreInterval {
  /// The 95 % percentile interval of the metric over bootstrap samples of the examples; nil where
  /// the result keeps no predictions.
  static func read(
    _ trial: TrialDirectory, metric: TaskMetric
  ) throws -> ClosedRange<Double>? {
    let data = try Data(contentsOf: URL(filePath: trial.resultFile))
    guard let predictions = try JSONDecoder().decode(TrialResult.self, from: data).predictions,
      predictions.count > 0
    else { return nil }
    let bootstrap = Bootstrap(
      (0..<predictions.count).map(Double.init), key: RandomKey(seed: 0).derived("model card")
    ) { draw in
      metric.value(predictions.examples(draw.map { Int($0) }))
    }
    let interval = bootstrap.percentile()
    return interval.lower...interval.upper
  }
}

extension Predictions {
  /// The predictions of some examples, in their order.
  fileprivate func examples(_ indices: [Int]) -> Predictions {
    switch self {
    case .classes(let predicted, let expected, let classCount):
      .classes(
        predicted: indices.map { predicted[$0] }, expected: indices.map { expected[$0] },
        classCount: classCount)
    case .values(let predicted, let expected):
      .values(
        predicted: indices.map { predicted[$0] }, expected: indices.map { expected[$0] })
    }
  }
}
