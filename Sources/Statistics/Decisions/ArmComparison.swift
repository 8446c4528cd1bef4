public import LinearAlgebra

/// Two arms over shared blocks: how far apart they are, and how sure that is.
public struct ArmComparison: Codable, Hashable, Sendable {
  public let first: String
  public let second: String
  /// Blocks that have both.
  public let blocks: Int
  /// Mean of first minus second.
  public let mean: Double
  /// The estimate of Hodges and Lehmann with its 95 % interval (BCa over blocks).
  public let shift: ConfidenceInterval
  /// The 90 % interval of the same bootstrap, for equivalence.
  public let narrow: ConfidenceInterval
  /// Two-sided, of the sign-flip test.
  public let pValue: Double
  /// Adjusted by Holm over the family.
  public let adjusted: Double
  /// Wilcoxon's signed-rank test, as a check.
  public let signedRank: Double
  /// How often first is ahead.
  public let ahead: BinomialInterval
  public let isExact: Bool

  /// Whether the first is better: adjusted p below 5 % and the interval above 0.
  public var isSupported: Bool { adjusted < 0.05 && shift.lower > 0 }

  /// Whether the first is worse, by the same rule.
  public var isReversed: Bool { adjusted < 0.05 && shift.upper < 0 }

  /// Blocks below which a bootstrap says nothing of equivalence: as many as a sign-flip test needs
  /// before its smallest two-sided p, 2^(1 − n), falls below 5 %.
  static let fewestBlocks = 6

  /// Whether the two are shown to differ by less than the margin.
  public func isEquivalent(margin: Double) -> Bool {
    blocks >= Self.fewestBlocks && narrow.lower > -margin && narrow.upper < margin
  }

  /// The same with first and second exchanged.
  public var reversed: ArmComparison {
    ArmComparison(
      first: second, second: first, blocks: blocks, mean: -mean, shift: shift.negated,
      narrow: narrow.negated, pValue: pValue, adjusted: adjusted, signedRank: signedRank,
      ahead: BinomialInterval(
        successes: (1 - ahead.share) * Double(ahead.count), of: ahead.count),
      isExact: isExact)
  }

  /// Compares pairs of arms as one family; pairs without a shared block are left out.
  ///
  /// - Parameters:
  ///   - pairs: nil for all pairs of arms, in their order.
  ///   - resamples: of the bootstrap of each pair.
  public static func family(
    _ scores: BlockedScores, pairs: [(String, String)]? = nil, resamples: Int = 2000,
    flips: Int = 9_999, key: RandomKey
  ) -> [ArmComparison] {
    let chosen = (pairs ?? Self.allPairs(scores.arms)).map { pair in
      (pair.0, pair.1, scores.differences(pair.0, pair.1))
    }.filter { !$0.2.isEmpty }
    let tests = chosen.map { first, second, differences in
      SignFlipTest(
        differences, flips: flips, key: key.derived("flips").derived(first).derived(second))
    }
    let adjusted = HolmAdjustment.adjusted(tests.map(\.pValue))
    return chosen.enumerated().map { index, pair in
      let (first, second, differences) = pair
      let bootstrap = Bootstrap(
        differences, resamples: resamples,
        key: key.derived("blocks").derived(first).derived(second),
        statistic: HodgesLehmann.estimate)
      return ArmComparison(
        first: first, second: second, blocks: differences.count,
        mean: SampleSummary.mean(differences), shift: bootstrap.accelerated(level: 0.95),
        narrow: bootstrap.accelerated(level: 0.9), pValue: tests[index].pValue,
        adjusted: adjusted[index], signedRank: WilcoxonSignedRank(differences).pValue,
        ahead: ProbabilityOfImprovement.interval(differences), isExact: tests[index].isExact)
    }
  }

  private static func allPairs(_ arms: [String]) -> [(String, String)] {
    arms.indices.flatMap { i in arms[(i + 1)...].map { (arms[i], $0) } }
  }
}
