import Foundation

/// Whether chains agree, and how many independent draws they are worth.
///
/// Both work on chains of one quantity, cut into halves, so that one chain that drifts disagrees
/// with itself. With m halves of n draws, W the mean of their variances, B/n the variance of their
/// means, and V = (n − 1)/n W + B/n:
///
///     R̂ = √(V / W),      ESS = m n / (−1 + 2 Σ P_t),
///
/// P_t = ρ_{2t} + ρ_{2t+1} the sums of pairs of autocorrelations ρ_t = 1 − (W − mean autocovariance) / V,
/// cut at the first negative one and made decreasing.
///
/// Reference: Gelman et al., Bayesian Data Analysis, 3rd edition, section 11.4–11.5; Geyer,
/// "Practical Markov chain Monte Carlo", 1992 (the cut).
public enum ChainDiagnostics {
  /// R̂; 1 for chains that do not move at all, nil for fewer than four draws a chain.
  public static func splitRHat(_ chains: [[Double]]) -> Double? {
    let halves = halves(chains)
    guard let length = halves.first?.count, length > 1 else { return nil }
    let (within, total) = variances(halves)
    return within > 0 ? (total / within).squareRoot() : 1
  }

  /// The effective number of draws; nil for fewer than four draws a chain.
  public static func effectiveSampleSize(_ chains: [[Double]]) -> Double? {
    let halves = halves(chains)
    guard let length = halves.first?.count, length > 1 else { return nil }
    let (within, total) = variances(halves)
    let count = Double(halves.count * length)
    guard total > 0 else { return count }
    func correlation(_ lag: Int) -> Double {
      let mean = halves.reduce(0) { $0 + autocovariance($1, lag) } / Double(halves.count)
      return lag == 0 ? 1 : 1 - (within - mean) / total
    }
    var sum = 0.0
    var smallest = Double.infinity
    var lag = 0
    while lag + 1 < length {
      let pair = correlation(lag) + correlation(lag + 1)
      guard pair > 0 else { break }
      smallest = min(smallest, pair)
      sum += smallest
      lag += 2
    }
    return count / max(-1 + 2 * sum, 1 / Foundation.log10(max(count, 10)))
  }

  private static func halves(_ chains: [[Double]]) -> [[Double]] {
    let length = (chains.map(\.count).min() ?? 0) / 2
    return chains.flatMap { [Array($0.prefix(length)), Array($0.suffix(length))] }
  }

  private static func variances(_ halves: [[Double]]) -> (within: Double, total: Double) {
    let length = Double(halves[0].count)
    let means = halves.map { $0.reduce(0, +) / length }
    let within =
      halves.reduce(0) { $0 + autocovariance($1, 0) } / Double(halves.count) * length
      / (length - 1)
    let mean = means.reduce(0, +) / Double(means.count)
    let between =
      means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(means.count - 1, 1))
    return (within, within * (length - 1) / length + between)
  }

  /// 1/n Σ (x_i − x̄)(x_{i+lag} − x̄).
  private static func autocovariance(_ chain: [Double], _ lag: Int) -> Double {
    let mean = chain.reduce(0, +) / Double(chain.count)
    var sum = 0.0
    for index in 0..<(chain.count - lag) {
      sum += (chain[index] - mean) * (chain[index + lag] - mean)
    }
    return sum / Double(chain.count)
  }
}
