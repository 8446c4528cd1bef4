internal import Foundation
public import LinearAlgebra

/// Bootstrap intervals of a statistic of n independent values.
///
/// The values are drawn n times with replacement, `resamples` times over; all intervals of one
/// `Bootstrap` share these draws.
public struct Bootstrap: Sendable {
  /// The statistic of the values themselves.
  public let estimate: Double
  /// The statistic of every resample, ascending.
  public let replicates: [Double]
  /// The statistic with one value left out, in the order of the values.
  private let jackknife: [Double]

  /// - Parameters:
  ///   - values: at least one.
  ///   - resamples: 2,000 by default: the Monte-Carlo error of a 95 % limit is then near a
  ///     fifteenth of the standard error.
  ///   - statistic: a function that does not depend on the order of the values.
  public init(
    _ values: [Double], resamples: Int = 2000, key: RandomKey,
    statistic: ([Double]) -> Double
  ) {
    precondition(!values.isEmpty && resamples > 0, "Bootstrap: no values or no resamples")
    estimate = statistic(values)
    var random = CounterRandom(key)
    var draw = values
    replicates = (0..<resamples).map { _ in
      for index in draw.indices { draw[index] = values[random.integer(below: values.count)] }
      return statistic(draw)
    }.sorted()
    jackknife =
      values.count < 2
      ? []
      : values.indices.map { left in
        var rest = values
        rest.remove(at: left)
        return statistic(rest)
      }
  }

  /// The interval between the α/2 and 1 − α/2 quantiles of the replicates.
  public func percentile(level: Double = 0.95) -> ConfidenceInterval {
    let tail = (1 - level) / 2
    return ConfidenceInterval(
      estimate: estimate, lower: quantile(tail), upper: quantile(1 - tail), level: level)
  }

  /// The bias-corrected and accelerated interval.
  ///
  /// α_i = Φ(z₀ + (z₀ + z_i) / (1 − a (z₀ + z_i))) with z₀ = Φ⁻¹(share of replicates below the
  /// estimate, ties half) and a = Σ d³ / (6 (Σ d²)^1.5), d = mean of the jackknife − jackknife. Where
  /// the replicates are all on one side, or the jackknife is constant, the percentile interval
  /// stands in its place.
  ///
  /// Reference: Efron and Tibshirani, "An introduction to the bootstrap", 1993, section 14.3;
  /// scipy/scipy scipy/stats/_resampling.py, `_bca_interval`.
  public func accelerated(level: Double = 0.95) -> ConfidenceInterval {
    let below = replicates.count { $0 < estimate }
    let equal = replicates.count { $0 == estimate }
    let share = (Double(below) + Double(equal) / 2) / Double(replicates.count)
    let centre = SampleSummary.mean(jackknife)
    let squares = jackknife.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
    guard share > 0, share < 1, squares > 0 else { return percentile(level: level) }
    let cubes = jackknife.reduce(0) { $0 + (centre - $1) * (centre - $1) * (centre - $1) }
    let acceleration = cubes / (6 * squares * squares.squareRoot())
    let bias = NormalDistribution.quantile(share)
    func limit(_ p: Double) -> Double {
      let z = bias + NormalDistribution.quantile(p)
      return quantile(NormalDistribution.cumulative(bias + z / (1 - acceleration * z)))
    }
    let tail = (1 - level) / 2
    return ConfidenceInterval(
      estimate: estimate, lower: limit(tail), upper: limit(1 - tail), level: level)
  }

  private func quantile(_ p: Double) -> Double {
    SampleSummary.quantile(p, ofSorted: replicates)
  }
}
