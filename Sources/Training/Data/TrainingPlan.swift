internal import LinearAlgebra
internal import NeuralNets
internal import SearchSpaces

/// Which examples each step of a training sees, and at which learning rate.
///
/// A pure function of (settings, number of examples, key): nothing of it is ever saved.
struct TrainingPlan {
  let settings: TrainingSettings
  /// Training examples of one pass.
  let exampleCount: Int
  let schedule: LearningRateSchedule
  private let key: RandomKey

  /// - Parameter key: the stream of (study seed, replicate).
  init(settings: TrainingSettings, exampleCount: Int, key: RandomKey) {
    self.settings = settings
    self.exampleCount = exampleCount
    self.key = key
    let batch = max(1, settings.batch)
    let steps = settings.epochs * ((exampleCount + batch - 1) / batch)
    schedule = LearningRateSchedule(
      settings.schedule.kind, warmupSteps: Int((settings.warmup * Double(steps)).rounded(.up)),
      totalSteps: steps)
  }

  /// Optimizer steps of one pass; the last batch may be smaller.
  var stepsPerEpoch: Int { (exampleCount + settings.batch - 1) / settings.batch }
  var totalSteps: Int { settings.epochs * stepsPerEpoch }

  /// The examples of an epoch (from 0) in the order in which they are seen.
  func order(epoch: Int) -> [Int] {
    var random = CounterRandom(key.derived("order").derived(epoch))
    return random.shuffled(Array(0..<exampleCount))
  }

  /// The examples of one step of an epoch's order.
  func batch(_ step: Int, of order: [Int]) -> ArraySlice<Int> {
    let start = step * settings.batch
    return order[start..<min(start + settings.batch, order.count)]
  }

  /// The stream of the dropout masks of a step (from 0, over all epochs).
  func noise(step: Int) -> RandomKey { key.derived("dropout").derived(step) }

  /// The training examples that a fidelity uses, in the order of the data.
  ///
  /// They are the first `limit` of one random order, so that a smaller subset is a part of every
  /// larger one.
  static func subset(of count: Int, limit: Int?, key: RandomKey) -> [Int] {
    guard let limit, limit < count else { return Array(0..<count) }
    var random = CounterRandom(key.derived("subset"))
    return random.shuffled(Array(0..<count)).prefix(max(1, limit)).sorted()
  }
}

extension TrainingSettings.Schedule {
  var kind: LearningRateSchedule.Kind {
    switch self {
    case .constant: .constant
    case .linear: .linear
    case .cosine: .cosine
    }
  }
}
