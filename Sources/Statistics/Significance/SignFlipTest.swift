public import LinearAlgebra

/// The permutation test for paired differences: under the null each sign is a fair coin.
///
/// The statistic is |Σ d|. With up to `exactLimit` differences that are not 0, all 2ⁿ sign patterns
/// are counted; above, `flips` random ones, and p = (1 + extreme) / (1 + flips), so that a random p
/// never rejects more often than it says. The smallest exact p is 2^(1 − n): nine pairs are needed
/// to reach 0.005.
///
/// Reference: Fisher, "The design of experiments", 1935, section 21; Phipson and Smyth, 2010, for
/// the added one.
public struct SignFlipTest: Codable, Hashable, Sendable {
  /// Two-sided.
  public let pValue: Double
  public let isExact: Bool
  /// Differences other than 0: the ones that the test lives on.
  public let informative: Int

  /// Up to so many differences are counted completely: 2¹⁶ patterns.
  public static let exactLimit = 16

  /// - Parameters:
  ///   - flips: 9,999 by default, which resolves p = 0.001 within a third of itself.
  ///   - exactLimit: where counting ends.
  public init(
    _ differences: [Double], flips: Int = 9_999, exactLimit: Int = Self.exactLimit, key: RandomKey
  ) {
    let given = differences.filter { $0 != 0 }
    informative = given.count
    isExact = given.count <= exactLimit
    let total = given.reduce(0) { $0 + abs($1) }
    let observed = abs(given.reduce(0, +))
    // Rounding must not decide whether a pattern is as extreme as the observed one.
    let bound = observed - 1e-12 * total
    pValue =
      isExact
      ? Self.exact(given, bound)
      : Self.sampled(given, bound, flips: flips, random: CounterRandom(key))
  }

  /// All patterns in the order of a Gray code: one sign changes from one to the next.
  private static func exact(_ differences: [Double], _ bound: Double) -> Double {
    guard !differences.isEmpty else { return 1 }
    var signs = Array(repeating: 1.0, count: differences.count)
    var sum = differences.reduce(0, +)
    let patterns = 1 << differences.count
    var extreme = 0
    for pattern in 1...patterns {
      if abs(sum) >= bound { extreme += 1 }
      let place = min(pattern.trailingZeroBitCount, differences.count - 1)
      sum -= 2 * signs[place] * differences[place]
      signs[place] = -signs[place]
      // A fresh sum now and then keeps the rounding of the updates below that of one sum.
      if pattern % 256 == 0 { sum = zip(signs, differences).reduce(0) { $0 + $1.0 * $1.1 } }
    }
    return Double(extreme) / Double(patterns)
  }

  private static func sampled(
    _ differences: [Double], _ bound: Double, flips: Int, random: CounterRandom
  ) -> Double {
    var random = random
    var extreme = 0
    for _ in 0..<flips {
      var sum = 0.0
      var bits: UInt64 = 0
      for (index, difference) in differences.enumerated() {
        if index % 64 == 0 { bits = random.next() }
        sum += bits & 1 == 1 ? difference : -difference
        bits >>= 1
      }
      if abs(sum) >= bound { extreme += 1 }
    }
    return Double(extreme + 1) / Double(flips + 1)
  }
}
