internal import Foundation

/// Tells a loss that runs away from one that is only noisy.
///
/// A training has diverged where the mean loss of the last 16 steps exceeds ten times that of a
/// model that always gives the same answer (ln C for C classes, the mean square of the targets of
/// a regression). Such a model is useless; ten times worse cannot come from noise over 16 batches,
/// and no training that was seen to recover had gone that far.
struct DivergenceWatch: Codable, Hashable, Sendable {
  static let window = 16
  static let factor = 10.0

  private(set) var recent: [Double] = []

  /// The mean of the last steps where these are too bad to go on; nil otherwise.
  mutating func mean(adding loss: Double, constantLoss: Double) -> Double? {
    recent.append(loss)
    if recent.count > Self.window { recent.removeFirst() }
    let mean = recent.reduce(0, +) / Double(recent.count)
    return recent.count == Self.window && mean > Self.factor * constantLoss ? mean : nil
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
