/// A number in which a task's score is measured, higher is better.
///
/// Every member is a pure function of predictions and truth; where the textbook formula divides
/// zero by zero the value is 0, never a NaN, so that a useless model ranks below any other.
public protocol Metric: Sendable {
  /// The name in task files, such as `matthews`.
  static var name: String { get }
  /// One sentence with the formula, for `autopeft task check`.
  static var summary: String { get }
  /// Where the definition comes from, or the implementation that it equals.
  static var reference: String { get }
  /// The kind of predictions that it reads.
  static var domain: MetricDomain { get }
  /// The value for a list of predictions of this domain.
  ///
  /// - Precondition: the predictions are of `domain`; task files are checked for it.
  static func value(_ predictions: Predictions) -> Double
}

/// What a metric can be computed from.
public enum MetricDomain: Hashable, Sendable {
  /// Any number of classes.
  case classes
  /// Exactly two classes.
  case twoClasses
  /// Real values.
  case values

  /// The domain in words, for error sentences.
  public var words: String {
    switch self {
    case .classes: "classes"
    case .twoClasses: "exactly two classes"
    case .values: "regression"
    }
  }
}

extension Predictions {
  /// Counts [expected][predicted] of a classification; empty for a regression.
  var confusion: [[Int]] {
    guard case .classes(let predicted, let expected, let classCount) = self else { return [] }
    var counts = Array(repeating: Array(repeating: 0, count: classCount), count: classCount)
    for (guess, truth) in zip(predicted, expected) {
      counts[truth][guess] += 1
    }
    return counts
  }

  /// The two lists of a regression; empty for a classification.
  var valuePairs: (predicted: [Double], expected: [Double]) {
    guard case .values(let predicted, let expected) = self else { return ([], []) }
    return (predicted, expected)
  }
}
