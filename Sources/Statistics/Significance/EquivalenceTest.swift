/// Two one-sided tests that paired differences are smaller than a margin.
///
/// t_low = (d̄ + m) √n / s, t_high = (d̄ − m) √n / s; p = max(P(T > t_low), P(T < t_high)) with n − 1
/// degrees of freedom. p < 0.05 exactly where the 90 % interval of the mean lies within ± m.
///
/// Reference: Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15 (1987).
public struct EquivalenceTest: Codable, Hashable, Sendable {
  public let pValue: Double
  /// The 90 % interval of the mean.
  public let interval: ConfidenceInterval
  /// m > 0.
  public let margin: Double

  /// nil below two differences.
  public init?(_ differences: [Double], margin: Double) {
    precondition(margin > 0, "EquivalenceTest: the margin must be positive, got \(margin)")
    guard let deviation = SampleSummary.deviation(differences) else { return nil }
    let mean = SampleSummary.mean(differences)
    let error = deviation / Double(differences.count).squareRoot()
    let student = StudentDistribution(degrees: Double(differences.count - 1))
    let half = student.quantile(0.95) * error
    interval = ConfidenceInterval(
      estimate: mean, lower: mean - half, upper: mean + half, level: 0.9)
    self.margin = margin
    if error == 0 {
      pValue = abs(mean) < margin ? 0 : 1
    } else {
      pValue = max(
        1 - student.cumulative((mean + margin) / error), student.cumulative((mean - margin) / error)
      )
    }
  }

  /// Whether the differences are shown to be within the margin, at 5 %.
  public var isEquivalent: Bool { interval.lower > -margin && interval.upper < margin }
}
