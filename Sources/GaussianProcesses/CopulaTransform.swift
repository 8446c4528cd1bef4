import LinearAlgebra

/// The map from scores to normal quantiles of their ranks.
///
///     z = Φ⁻¹(min(max(F(y), 10⁻⁴), 0.9999)),     F(y) = share of the scores ≤ y
///
/// Outliers lose their distance, and so does a skewed scale. F is right-continuous: equal scores
/// share the rank of the last of them, the best score maps to 3.719 whatever their number, a value
/// below all to −3.719.
///
/// Reference: cambridgeltl/autopeft adapterhub/bo/utils.py; Salinas, Shen, Perrone, "A quantile-based
/// approach for hyperparameter transfer learning", ICML 2020, section 4.
public struct CopulaTransform: Sendable {
  static let range = 1e-4...0.9999

  private let sorted: [Double]

  /// - Throws: `GaussianProcessError.noData`, `.targetNotFinite`.
  public init(_ scores: [Double]) throws(GaussianProcessError) {
    guard !scores.isEmpty else { throw .noData }
    for (index, score) in scores.enumerated() where !score.isFinite {
      throw .targetNotFinite(point: index, value: score)
    }
    sorted = scores.sorted()
  }

  /// z of any value.
  public func transformed(_ value: Double) -> Double {
    // The first place whose score is above the value.
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] <= value { low = middle + 1 } else { high = middle }
    }
    let share = Double(low) / Double(sorted.count)
    return SpecialFunctions.normalQuantile(
      min(max(share, Self.range.lowerBound), Self.range.upperBound))
  }
}
