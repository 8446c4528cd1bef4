internal import Foundation

/// Count, mean, spread and quantiles of some scores.
public struct SampleSummary: Codable, Hashable, Sendable {
  public let count: Int
  public let mean: Double
  /// With n − 1; nil for a single score.
  public let deviation: Double?
  public let minimum: Double
  /// The 10 % quantile.
  public let lowerDecile: Double
  public let median: Double
  public let maximum: Double

  /// nil for no scores.
  public init?(_ scores: [Double]) {
    guard !scores.isEmpty else { return nil }
    let sorted = scores.sorted()
    count = scores.count
    mean = Self.mean(scores)
    deviation = Self.deviation(scores)
    minimum = sorted[0]
    maximum = sorted[sorted.count - 1]
    lowerDecile = Self.quantile(0.1, ofSorted: sorted)
    median = Self.quantile(0.5, ofSorted: sorted)
  }

  /// Σ x / n; 0 for nothing.
  public static func mean(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
  }

  /// √(Σ (x − mean)² / (n − 1)); nil below two values.
  public static func deviation(_ values: [Double]) -> Double? {
    guard values.count > 1 else { return nil }
    let centre = mean(values)
    let squares = values.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
    return (squares / Double(values.count - 1)).squareRoot()
  }

  /// The quantile by linear interpolation between order statistics, x_((n−1)p), as NumPy's default
  /// (definition 7 of Hyndman and Fan).
  public static func quantile(_ p: Double, ofSorted sorted: [Double]) -> Double {
    precondition(
      !sorted.isEmpty && p >= 0 && p <= 1, "SampleSummary.quantile: no values, or p = \(p)")
    let place = p * Double(sorted.count - 1)
    let low = Int(place.rounded(.down))
    let high = min(low + 1, sorted.count - 1)
    return sorted[low] + (place - Double(low)) * (sorted[high] - sorted[low])
  }
}
