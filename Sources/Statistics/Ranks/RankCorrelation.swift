/// How alike two orders are.
public enum RankCorrelation {
  /// Kendall's τ_b: (concordant − discordant) / √((P − T_x)(P − T_y)) over the P pairs, T of them
  /// tied; nil where one side is constant.
  ///
  /// Reference: Kendall, "Rank correlation methods", 1970, chapter 3.
  public static func kendall(_ x: [Double], _ y: [Double]) -> Double? {
    precondition(x.count == y.count, "RankCorrelation: \(x.count) and \(y.count) values")
    var (sum, freeX, freeY) = (0, 0, 0)
    for i in x.indices {
      for j in 0..<i {
        let a = x[i] == x[j] ? 0 : x[i] > x[j] ? 1 : -1
        let b = y[i] == y[j] ? 0 : y[i] > y[j] ? 1 : -1
        sum += a * b
        freeX += a * a
        freeY += b * b
      }
    }
    guard freeX > 0, freeY > 0 else { return nil }
    return Double(sum) / (Double(freeX) * Double(freeY)).squareRoot()
  }

  /// Spearman's ρ: the correlation of the mid-ranks; nil where one side is constant.
  public static func spearman(_ x: [Double], _ y: [Double]) -> Double? {
    precondition(x.count == y.count, "RankCorrelation: \(x.count) and \(y.count) values")
    let (a, b) = (MidRanks(x).ranks, MidRanks(y).ranks)
    let (meanA, meanB) = (SampleSummary.mean(a), SampleSummary.mean(b))
    var (cross, squareA, squareB) = (0.0, 0.0, 0.0)
    for (u, v) in zip(a, b) {
      cross += (u - meanA) * (v - meanB)
      squareA += (u - meanA) * (u - meanA)
      squareB += (v - meanB) * (v - meanB)
    }
    guard squareA > 0, squareB > 0 else { return nil }
    return cross / (squareA * squareB).squareRoot()
  }
}
