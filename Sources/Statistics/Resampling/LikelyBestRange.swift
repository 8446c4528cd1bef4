public import LinearAlgebra

/// The values of a design variable at which the best designs are likely to lie.
///
/// A quarter of the (value, score) pairs is drawn with replacement and the value of the best pair
/// taken, 10,000 times; the 2.5 % and 97.5 % quantiles and the median of these are the range.
///
/// Reference: arXiv 2003.13678, section 3.2 (the empirical bootstrap of RegNet).
public struct LikelyBestRange: Codable, Hashable, Sendable {
  public let lower: Double
  public let median: Double
  public let upper: Double

  /// nil below four pairs.
  public init?(
    values: [Double], scores: [Double], share: Double = 0.25, resamples: Int = 10_000,
    key: RandomKey
  ) {
    precondition(values.count == scores.count, "LikelyBestRange: values and scores must pair up")
    guard values.count >= 4 else { return nil }
    let size = max(1, Int((share * Double(values.count)).rounded()))
    var random = CounterRandom(key)
    let best = (0..<resamples).map { _ in
      var winner = random.integer(below: values.count)
      for _ in 1..<max(2, size) where size > 1 {
        let other = random.integer(below: values.count)
        if scores[other] > scores[winner] { winner = other }
      }
      return values[winner]
    }.sorted()
    lower = SampleSummary.quantile(0.025, ofSorted: best)
    median = SampleSummary.quantile(0.5, ofSorted: best)
    upper = SampleSummary.quantile(0.975, ofSorted: best)
  }
}
