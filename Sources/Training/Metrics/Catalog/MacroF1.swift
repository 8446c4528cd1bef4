/// The plain mean of the F1 of each class.
///
/// macro-F1 = (1/C) Σ_c F1_c over the classes that occur among the examples or the guesses; 0 for
/// no examples.
public enum MacroF1: Metric {
  public static let name = "macro-f1"
  public static let summary = "the mean of the F1 of all classes that occur"
  public static let reference = "scikit-learn f1_score(average='macro')"
  public static let domain = MetricDomain.classes

  public static func value(_ predictions: Predictions) -> Double {
    let counts = predictions.confusion
    let present = counts.indices.filter { index in
      counts[index].reduce(0, +) + counts.reduce(0) { $0 + $1[index] } > 0
    }
    let sum = present.reduce(0) { $0 + F1.f1(of: $1, counts) }
    return present.isEmpty ? 0 : sum / Double(present.count)
  }
}
