internal import Foundation

/// The empirical distribution function of scores with its uniform band.
///
/// F(x) = (1/n) Σ 1[s_i ≤ x]; with probability `level` the true F lies within
/// ε = √(ln(2 / (1 − level)) / 2n) of it everywhere (Dvoretzky, Kiefer, Wolfowitz, with the
/// constant of Massart).
///
/// Reference: Massart, Annals of Probability 18 (1990); arXiv 2003.13678, section 3.1, compares
/// design spaces by these functions.
public struct EmpiricalDistribution: Codable, Hashable, Sendable {
  /// Ascending.
  public let values: [Double]

  public init(_ values: [Double]) {
    self.values = values.sorted()
  }

  /// F(x).
  public func callAsFunction(_ x: Double) -> Double {
    var (low, high) = (0, values.count)
    while low < high {
      let middle = (low + high) / 2
      if values[middle] <= x { low = middle + 1 } else { high = middle }
    }
    return values.isEmpty ? 0 : Double(low) / Double(values.count)
  }

  /// ε, the half-width of the band.
  public func halfWidth(level: Double = 0.95) -> Double {
    values.isEmpty ? 1 : (log(2 / (1 - level)) / (2 * Double(values.count))).squareRoot()
  }

  /// sup |F − G| and the threshold c(α) √((n + m) / n m) above which two distributions differ at
  /// level 1 − α, c(α) = √(ln(2/α) / 2).
  public func distance(to other: EmpiricalDistribution, level: Double = 0.95) -> (
    distance: Double, threshold: Double
  ) {
    let (n, m) = (Double(values.count), Double(other.values.count))
    guard n > 0, m > 0 else { return (0, 1) }
    let distance = (values + other.values).map { abs(self($0) - other($0)) }.max() ?? 0
    return (distance, (log(2 / (1 - level)) / 2 * (n + m) / (n * m)).squareRoot())
  }
}
