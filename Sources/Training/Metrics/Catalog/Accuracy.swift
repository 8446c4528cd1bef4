/// The share of right classes.
///
/// accuracy = #(predicted = expected) / n; 0 for no examples.
public enum Accuracy: Metric {
  public static let name = "accuracy"
  public static let summary = "the share of right classes"
  public static let reference = "scikit-learn accuracy_score"
  public static let domain = MetricDomain.classes

  public static func value(_ predictions: Predictions) -> Double {
    let counts = predictions.confusion
    let right = counts.indices.reduce(0) { $0 + counts[$1][$1] }
    return predictions.count == 0 ? 0 : Double(right) / Double(predictions.count)
  }
}
