internal import Foundation

/// Tells a loss that runs away from one that is only noisy.
///
/// A training has diverged where the losses of its last 16 steps sum to more than those of 160
/// constant answers (ln C for C classes, the mean square of the targets of a regression). A model
/// that is ten times worse than one that ignores its input, over 16 batches, is not noisy; one
/// loss 160 times worse ends a training at once.
struct DivergenceWatch: Codable, Hashable, Sendable {
  static let window = 16
  static let factor = 10.0

  private(set) var recent: [Double] = []

  init() { recent.reserveCapacity(Self.window + 1) }

  /// The mean of the last steps where these are too bad to go on; nil otherwise.
  mutating func mean(adding loss: Double, constantLoss: Double) -> Double? {
    recent.append(loss)
    if recent.count > Self.window { recent.removeFirst() }
    let sum = recent.reduce(0, +)
    guard sum > Self.factor * Double(Self.window) * constantLoss else { return nil }
    return sum / Double(recent.count)
  }

  /// The loss of a model that ignores its input.
  static func constantLoss(_ targets: [Example.Target], classCount: Int) -> Double {
    let squares = targets.compactMap { target -> Double? in
      guard case .value(let value) = target else { return nil }
      return Double(value) * Double(value)
    }
    guard !squares.isEmpty else { return log(Double(max(classCount, 2))) }
    return max(squares.reduce(0, +) / Double(squares.count), .leastNormalMagnitude)
  }
}
