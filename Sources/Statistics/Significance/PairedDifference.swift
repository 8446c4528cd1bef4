/// The mean difference of two trials over the same examples, with an interval.
///
/// d_i = a_i − b_i over n paired scores; the mean is Σ d_i / n. The interval is
/// - for scores that are 0 or 1, the interval of Agresti and Min: half an example is added to each
///   of the four cells (both right, only a, only b, none), n′ = n + 2, and
///   d̃ ± z · √((p̃₁₀ + p̃₀₁ − d̃²) / n′) with z = 1.96. It keeps its 95 % for few discordant pairs,
///   where the plain formula gives an interval of width 0;
/// - otherwise mean ± t · s / √n with Student's t of n − 1 degrees of freedom.
///
/// It covers the noise of the examples, not that of the training seeds and not the choice of the
/// best of many: fresh seeds cover those.
///
/// Reference: Agresti and Min, "Simple improved confidence intervals for comparing matched
/// proportions", Statistics in Medicine 24 (2005), section 3.
public struct PairedDifference: Codable, Hashable, Sendable {
  public var mean: Double
  /// Lower and upper end of the 95 % interval; nil for a single pair.
  public var lower: Double?
  public var upper: Double?
  /// n.
  public var count: Int
  /// Examples that only the first, and only the second, has right; nil unless scores are 0 or 1.
  public var onlyFirst: Int?
  public var onlySecond: Int?

  /// - Precondition: equal counts, at least one pair.
  public init(_ first: [Double], _ second: [Double]) {
    precondition(
      first.count == second.count && !first.isEmpty,
      "PairedDifference: expected equal counts above 0, got \(first.count) and \(second.count)")
    let differences = zip(first, second).map { $0 - $1 }
    count = differences.count
    mean = differences.reduce(0, +) / Double(count)
    let isBinary = (first + second).allSatisfy { $0 == 0 || $0 == 1 }
    if isBinary {
      let gained = differences.count { $0 == 1 }
      let lost = differences.count { $0 == -1 }
      (onlyFirst, onlySecond) = (gained, lost)
      let size = Double(count) + 2
      let (p10, p01) = ((Double(gained) + 0.5) / size, (Double(lost) + 0.5) / size)
      let centre = p10 - p01
      let half =
        NormalDistribution.quantile(0.975) * ((p10 + p01 - centre * centre) / size).squareRoot()
      (lower, upper) = (max(-1, centre - half), min(1, centre + half))
    } else if count > 1 {
      let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let error = (squares / Double(count - 1) / Double(count)).squareRoot()
      let half = StudentDistribution(degrees: Double(count - 1)).quantile(0.975) * error
      (lower, upper) = (mean - half, mean + half)
    }
  }

  /// Whether the interval leaves out 0.
  public var isClear: Bool {
    guard let lower, let upper else { return false }
    return lower > 0 || upper < 0
  }
}
