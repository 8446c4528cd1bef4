/// The omnibus test of Friedman, whether k arms differ at all over n blocks.
///
/// χ² = 12 Σ_j (R_j − n(k+1)/2)² / (n k (k+1) − Σ ties / (k − 1)), with rank sums R_j of the ranks
/// within each block, against χ² with k − 1 degrees of freedom. The plain large-sample law: trust it
/// from about n k = 30 scores on.
///
/// Reference: Friedman, JASA 32 (1937); the critical difference of mean ranks after Demšar, JMLR 7
/// (2006), table 5a.
public struct FriedmanTest: Codable, Hashable, Sendable {
  public let statistic: Double
  public let pValue: Double
  /// By arm; 1 is the highest score.
  public let meanRanks: [Double]
  public let blocks: Int
  /// The difference of two mean ranks that Nemenyi's test calls significant at 5 %, q √(k(k+1)/6n);
  /// nil above ten arms.
  public let criticalDifference: Double?

  /// - Parameter scores: one row a block, one score an arm; at least 2 arms and 2 blocks.
  public init?(_ scores: [[Double]]) {
    guard scores.count >= 2, let arms = scores.first?.count, arms >= 2 else { return nil }
    let (n, k) = (Double(scores.count), Double(arms))
    var sums = Array(repeating: 0.0, count: arms)
    var ties = 0.0
    for block in scores {
      precondition(block.count == arms, "FriedmanTest: every block needs \(arms) scores")
      let ranks = MidRanks(block)
      ties += ranks.tieSum
      for arm in sums.indices { sums[arm] += k + 1 - ranks.ranks[arm] }
    }
    let squares = sums.reduce(0) { $0 + ($1 - n * (k + 1) / 2) * ($1 - n * (k + 1) / 2) }
    let divisor = n * k * (k + 1) - ties / (k - 1)
    statistic = divisor > 0 ? 12 * squares / divisor : 0
    pValue = ChiSquareDistribution(degrees: arms - 1).upperTail(statistic)
    meanRanks = sums.map { $0 / n }
    blocks = scores.count
    let quantiles = [1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164]
    criticalDifference =
      arms - 2 < quantiles.count
      ? quantiles[arms - 2] * (k * (k + 1) / (6 * n)).squareRoot() : nil
  }
}
