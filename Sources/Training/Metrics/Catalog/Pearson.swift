/// The linear correlation of predicted and expected values.
///
/// r = Σ (x − x̄)(y − ȳ) / sqrt(Σ (x − x̄)² Σ (y − ȳ)²); 0 where either list is constant or shorter
/// than two.
public enum Pearson: Metric {
  public static let name = "pearson"
  public static let summary = "the linear correlation of predicted and expected values"
  public static let reference = "scipy.stats.pearsonr"
  public static let domain = MetricDomain.values

  public static func value(_ predictions: Predictions) -> Double {
    let pairs = predictions.valuePairs
    return correlation(pairs.predicted, pairs.expected)
  }

  /// The correlation of two lists of equal length, with the means taken out first so that large
  /// offsets lose no digits.
  static func correlation(_ first: [Double], _ second: [Double]) -> Double {
    guard first.count > 1 else { return 0 }
    let size = Double(first.count)
    let firstMean = first.reduce(0, +) / size
    let secondMean = second.reduce(0, +) / size
    var (cross, firstSquares, secondSquares) = (0.0, 0.0, 0.0)
    for (x, y) in zip(first, second) {
      cross += (x - firstMean) * (y - secondMean)
      firstSquares += (x - firstMean) * (x - firstMean)
      secondSquares += (y - secondMean) * (y - secondMean)
    }
    guard let lowest = first.min(), let highest = first.max(), lowest < highest,
      let least = second.min(), let most = second.max(), least < most
    else { return 0 }
    let scale = firstSquares.squareRoot() * secondSquares.squareRoot()
    return scale > 0 ? max(-1, min(1, cross / scale)) : 0
  }
}
