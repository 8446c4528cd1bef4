/// The signed-rank test of Wilcoxon, as a check of the permutation test.
///
/// W = the smaller of the rank sums of the positive and the negative differences, zeros left out.
/// Up to 50 differences the exact law over all signs of the (mid-)ranks; above, the normal law with
/// the correction for ties and without one for continuity. SciPy's
/// `wilcoxon(zero_method="wilcox")` does the same, but turns to the normal law at 14 differences
/// where there are ties.
///
/// Reference: Wilcoxon, Biometrics Bulletin 1 (1945); scipy/scipy scipy/stats/_wilcoxon.py.
public struct WilcoxonSignedRank: Codable, Hashable, Sendable {
  public let statistic: Double
  /// Two-sided; 1 where no difference is left.
  public let pValue: Double
  public let informative: Int

  public init(_ differences: [Double]) {
    let given = differences.filter { $0 != 0 }
    informative = given.count
    guard !given.isEmpty else {
      (statistic, pValue) = (0, 1)
      return
    }
    let ranks = MidRanks(given.map(abs))
    let positive = zip(given, ranks.ranks).reduce(0) { $1.0 > 0 ? $0 + $1.1 : $0 }
    let n = Double(given.count)
    let all = n * (n + 1) / 2
    statistic = min(positive, all - positive)
    if given.count <= 50 {
      pValue = Self.exact(statistic, ranks: ranks.ranks)
    } else {
      let variance = n * (n + 1) * (2 * n + 1) / 24 - ranks.tieSum / 48
      let z = (statistic - all / 2) / variance.squareRoot()
      pValue = min(1, 2 * NormalDistribution.cumulative(z))
    }
  }

  /// P(W ≤ w) doubled, by counting the subsets of the ranks with each sum; twice a mid-rank is whole.
  private static func exact(_ w: Double, ranks: [Double]) -> Double {
    var ways = [1.0]
    for rank in ranks {
      let step = Int(2 * rank)
      var next = ways + Array(repeating: 0, count: step)
      for sum in ways.indices { next[sum + step] += ways[sum] }
      ways = next
    }
    let total = ways.reduce(0, +)
    return min(1, 2 * ways[...Int(2 * w)].reduce(0, +) / total)
  }
}
