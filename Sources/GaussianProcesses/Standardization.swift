/// The map from scores to numbers with mean 0 and deviation 1, and back.
///
/// z = (y − mean) / deviation, with the sample deviation (n − 1), as BoTorch's `Standardize`. Where
/// all scores are equal, or there is only one, the deviation is taken as 1.
public struct Standardization: Sendable, Equatable {
  public let mean: Double
  public let deviation: Double

  /// - Throws: `GaussianProcessError.noData`, `.targetNotFinite`.
  public init(_ scores: [Double]) throws(GaussianProcessError) {
    guard !scores.isEmpty else { throw .noData }
    for (index, score) in scores.enumerated() where !score.isFinite {
      throw .targetNotFinite(point: index, value: score)
    }
    // Scaled sums, so that no finite score overflows.
    let count = Double(scores.count)
    let mean = scores.reduce(0) { $0 + $1 / count }
    let largest = scores.reduce(0) { max($0, abs($1 - mean)) }
    let squares = scores.reduce(0) { sum, score in
      let share = largest > 0 ? (score - mean) / largest : 0
      return sum + share * share
    }
    let deviation = scores.count > 1 ? largest * (squares / (count - 1)).squareRoot() : 0
    self.mean = mean
    // Below this, differences are rounding of equal scores.
    self.deviation = deviation > 1e-12 * max(abs(mean), .leastNormalMagnitude) ? deviation : 1
  }

  public func standardized(_ score: Double) -> Double { (score - mean) / deviation }

  public func original(_ value: Double) -> Double { value * deviation + mean }
}
