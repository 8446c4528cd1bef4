/// The harmonic mean of precision and recall of the second of two classes.
///
/// F1 = 2 TP / (2 TP + FP + FN); the second name under `labels` is the positive class, as class 1
/// is in GLUE (`equivalent`, `duplicate`). 0 where there is neither a positive example nor a
/// positive guess.
/// Reference: GLUE (arXiv 1804.07461), section 3; scikit-learn f1_score with its default average.
public enum F1: Metric {
  public static let name = "f1"
  public static let summary = "2 TP / (2 TP + FP + FN) of the second of two classes"
  public static let reference = "scikit-learn f1_score(average='binary', pos_label=1)"
  public static let domain = MetricDomain.twoClasses

  public static func value(_ predictions: Predictions) -> Double {
    let counts = predictions.confusion
    return counts.count == 2 ? f1(of: 1, counts) : 0
  }

  /// F1 of one class against all others from a confusion matrix [expected][predicted].
  static func f1(of positive: Int, _ counts: [[Int]]) -> Double {
    let expected = counts[positive].reduce(0, +)
    let guessed = counts.reduce(0) { $0 + $1[positive] }
    return expected + guessed == 0
      ? 0 : 2 * Double(counts[positive][positive]) / Double(expected + guessed)
  }
}
