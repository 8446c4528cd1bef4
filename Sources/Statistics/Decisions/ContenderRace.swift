/// Which of several arms stay in a race over paired blocks: replicates go to those that may still win.
///
/// After each block from the third on, an arm leaves where the one-sided paired Student test of the
/// leader (highest mean so far) against it has
///
///     p < level / ((arms − 1) · (blocks − 2)),
///
/// so that by Bonferroni's inequality, over all arms and all looks, the arm with the highest true
/// mean leaves with a probability of at most `level`, for normal differences. The rule looks at
/// nothing but the scores: the same scores give the same race, however often it is interrupted.
///
/// References: Maron and Moore, "Hoeffding races", NIPS 1993; López-Ibáñez et al., "The irace
/// package", Operations Research Perspectives 3, 2016, section 3 (the paired t-test as the test of
/// the race; the correction here is stricter).
public struct ContenderRace: Sendable {
  /// Blocks before which nothing can be said: two differences have no usable spread.
  public static let fewestBlocks = 3

  private let level: Double

  /// - Parameters:
  ///   - arms: at the start, at least 2 for a race.
  ///   - blocks: that the last arms will have.
  ///   - level: the probability of losing the best arm; 0.05 unless said otherwise.
  public init(arms: Int, blocks: Int, level: Double = 0.05) {
    let looks = max(1, blocks - Self.fewestBlocks + 1)
    self.level = level / Double(max(1, arms - 1) * looks)
  }

  /// The places of the arms that stay, in order.
  ///
  /// - Parameter scores: of each arm in the race, block by block; all arms have the same blocks.
  public func survivors(_ scores: [[Double]]) -> [Int] {
    let means = scores.map(SampleSummary.mean)
    guard let blocks = scores.first?.count, blocks >= Self.fewestBlocks,
      let leader = means.indices.max(by: { means[$0] < means[$1] })
    else { return Array(scores.indices) }
    precondition(
      scores.allSatisfy { $0.count == blocks }, "ContenderRace: arms must have the same blocks")
    return scores.indices.filter { arm in
      arm == leader || probability(scores[leader], scores[arm]) >= level
    }
  }

  /// The one-sided p of the paired Student test that the first is not better.
  private func probability(_ first: [Double], _ second: [Double]) -> Double {
    let differences = zip(first, second).map { $0 - $1 }
    let mean = SampleSummary.mean(differences)
    guard let deviation = SampleSummary.deviation(differences), deviation > 0 else {
      return mean > 0 ? 0 : 1
    }
    let count = Double(differences.count)
    return 1
      - StudentDistribution(degrees: count - 1).cumulative(mean / (deviation / count.squareRoot()))
  }
}
