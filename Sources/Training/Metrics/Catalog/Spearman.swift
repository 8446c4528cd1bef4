/// The correlation of the ranks of predicted and expected values.
///
/// Pearson's r of the ranks; equal values share the mean of the ranks that they take. 0 where
/// either list is constant.
public enum Spearman: Metric {
  public static let name = "spearman"
  public static let summary = "the correlation of the ranks of predicted and expected values"
  public static let reference = "scipy.stats.spearmanr"
  public static let domain = MetricDomain.values

  public static func value(_ predictions: Predictions) -> Double {
    let pairs = predictions.valuePairs
    return Pearson.correlation(ranks(pairs.predicted), ranks(pairs.expected))
  }

  /// Ranks from 1, equal values sharing their mean rank.
  static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = Array(repeating: 0.0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start
      while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
      let shared = Double(start + end) / 2 + 1
      for place in start...end { ranks[order[place]] = shared }
      start = end + 1
    }
    return ranks
  }
}
