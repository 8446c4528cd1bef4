/// The interval of Clopper and Pearson for a share.
///
/// With k successes of n and α = 1 − level: lower = B(α/2; k, n − k + 1), upper =
/// B(1 − α/2; k + 1, n − k), where B(p; a, b) is the quantile of the beta distribution. It covers at
/// least `level` for every true share. k may be a half number, for ties that count half; the
/// guarantee then rests on rounding k outwards, which is what is done.
///
/// Reference: Clopper and Pearson, Biometrika 26 (1934).
public struct BinomialInterval: Codable, Hashable, Sendable {
  /// k / n.
  public let share: Double
  public let lower: Double
  public let upper: Double
  public let count: Int

  /// - Precondition: 0 ≤ successes ≤ count, count ≥ 1.
  public init(successes: Double, of count: Int, level: Double = 0.95) {
    precondition(
      count >= 1 && successes >= 0 && successes <= Double(count),
      "BinomialInterval: \(successes) successes of \(count)")
    let tail = (1 - level) / 2
    let (few, many) = (successes.rounded(.down), successes.rounded(.up))
    let n = Double(count)
    share = successes / n
    lower = few == 0 ? 0 : IncompleteBeta.inverse(tail, few, n - few + 1)
    upper = many == n ? 1 : IncompleteBeta.inverse(1 - tail, many + 1, n - many)
    self.count = count
  }
}
