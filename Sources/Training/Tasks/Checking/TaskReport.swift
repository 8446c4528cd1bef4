/// What is worth knowing of a task before a search: `autopeft task check`.
public struct TaskReport: Codable, Hashable, Sendable {
  /// One part of the data.
  public struct Split: Codable, Hashable, Sendable {
    public var split: DataSplit
    public var examples: Int
    /// Examples of each class in class order; empty for a regression.
    public var classCounts: [Int]
    /// Examples with an empty first or second text.
    public var emptyTexts: Int
    /// Examples whose text occurred earlier in the same split.
    public var duplicates: Int
    /// nil where no tokenizer was given.
    public var lengths: Lengths?
  }

  /// Numbers of tokens of a split's examples, special tokens included.
  public struct Lengths: Codable, Hashable, Sendable {
    public var shortest: Int
    public var median: Int
    public var mean: Double
    /// 95 of 100 examples are at most this long.
    public var percentile95: Int
    public var longest: Int
    /// The share that is cut to the maximum length.
    public var truncatedShare: Double
  }

  /// Examples of one split whose text also stands in another, white space and case apart.
  public struct Overlap: Codable, Hashable, Sendable {
    public var first: DataSplit
    public var second: DataSplit
    /// Examples of `second` that are also in `first`.
    public var examples: Int
  }

  public var name: String
  public var kind: TaskKind
  public var metric: String
  /// Names in class order; empty for a regression.
  public var labels: [String]
  public var splits: [Split]
  public var overlaps: [Overlap]
  /// The share of the largest training class on validation; nil for a regression.
  public var majorityShare: Double?
  /// The metric on validation of a model that always gives the largest training class, or the mean
  /// of the training targets.
  public var constantScore: Double
  /// The smallest difference of two scores that this validation set can tell from chance; see
  /// `ResolvableDifference`.
  public var resolvableDifference: Double
  /// The longest sequence that `lengths` were cut to; nil where no tokenizer was given.
  public var maximumLength: Int?
}

/// How far apart two scores on a validation set must be to be told apart.
public enum ResolvableDifference {
  /// 1.96 · √(2 p (1 − p) / n): two shares of n examples differ by more than chance at 5 %.
  ///
  /// p = 1/2, where a share is most uncertain, so that no smaller difference can be trusted
  /// anywhere; for F1 and Matthews the same number serves as a guide. It takes the two scores for
  /// independent: models compared on the same examples resolve finer differences, which the
  /// paired intervals of `autopeft best` use.
  public static func ofShares(examples: Int) -> Double {
    examples > 0 ? 1.96 * (2 * 0.25 / Double(examples)).squareRoot() : 1
  }

  /// 1.96 · √(2 / (n − 3)): two correlations near zero, by Fisher's z with variance 1 / (n − 3).
  ///
  /// Large correlations resolve finer differences, by the factor 1 − r².
  public static func ofCorrelations(examples: Int) -> Double {
    examples > 3 ? min(1, 1.96 * (2 / Double(examples - 3)).squareRoot()) : 1
  }
}
