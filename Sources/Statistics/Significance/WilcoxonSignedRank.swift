/// The signed-rank test of Wilcoxon, as a check of the permutation test.
///
/// W = the smaller of the rank sums of the positive and the negative differences, zeros left out.
/// Without ties and up to 50 differences the exact law, else the normal one with the correction
/// for ties and without one for continuity: as SciPy's `wilcoxon(zero_method="wilcox")`.
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
    let hasZeros = given.count < differences.count
    if ranks.tieSum == 0, given.count <= 50, !hasZeros {
      pValue = Self.exact(Int(statistic), count: given.count)
    } else {
      let variance = n * (n + 1) * (2 * n + 1) / 24 - ranks.tieSum / 48
      let z = (statistic - all / 2) / variance.squareRoot()
      pValue = min(1, 2 * NormalDistribution.cumulative(z))
    }
  }

  /// P(W ≤ w) doubled, by counting the subsets of 1 … n with each sum.
  private static func exact(_ w: Int, count: Int) -> Double {
    var ways = [1.0]
    for rank in 1...count {
      var next = ways + Array(repeating: 0, count: rank)
      for sum in ways.indices { next[sum + rank] += ways[sum] }
      ways = next
    }
    let total = ways.reduce(0, +)
    return min(1, 2 * ways[...w].reduce(0, +) / total)
  }
}
