internal import Foundation
public import LinearAlgebra

/// The score that the best of k random designs of a space is expected to have.
///
/// E_k = Σ_i s_(i) [(i/n)^k − ((i−1)/n)^k] over the ascending scores s_(1) … s_(n): the mean of the
/// maximum of k draws with replacement. E_1 is the mean.
///
/// A constraint that only takes bad designs away raises E_1 and leaves E_32 as it was.
public struct ExpectedBest: Codable, Hashable, Sendable {
  /// The curve at one k, with its percentile bootstrap band.
  public struct Point: Codable, Hashable, Sendable {
    public let draws: Int
    public let interval: ConfidenceInterval
  }

  /// For k = 1 … n, each once.
  public let points: [Point]

  /// - Parameters:
  ///   - scores: at least one.
  ///   - draws: the values of k; 1, 2, 4 … 32 by default, a search's usual lengths.
  public init(
    _ scores: [Double], draws: [Int] = [1, 2, 4, 8, 16, 32], resamples: Int = 1000, key: RandomKey
  ) {
    points = draws.map { k in
      let bootstrap = Bootstrap(scores, resamples: resamples, key: key) {
        Self.value($0, draws: k)
      }
      return Point(draws: k, interval: bootstrap.percentile())
    }
  }

  /// E_k.
  public static func value(_ scores: [Double], draws k: Int) -> Double {
    precondition(!scores.isEmpty && k >= 1, "ExpectedBest: no scores, or k = \(k)")
    let n = Double(scores.count)
    var below = 0.0
    return scores.sorted().enumerated().reduce(0) { sum, entry in
      let above = pow(Double(entry.offset + 1) / n, Double(k))
      defer { below = above }
      return sum + entry.element * (above - below)
    }
  }
}
