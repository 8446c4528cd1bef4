/// The scores of several arms over shared blocks.
///
/// A block is one set of noise and random choices that all its arms share; within it arms are
/// compared pairwise. Blocks in which an arm has no score do not count for that arm's pairs.
public struct BlockedScores: Sendable {
  /// In the order of the report.
  public let arms: [String]
  /// By block, then by arm.
  private let scores: [Int: [String: Double]]

  public init(arms: [String], scores: [Int: [String: Double]]) {
    self.arms = arms
    self.scores = scores
  }

  /// The blocks in ascending order.
  public var blocks: [Int] { scores.keys.sorted() }

  /// All scores of an arm, in the order of blocks.
  public func scores(of arm: String) -> [Double] {
    blocks.compactMap { scores[$0]?[arm] }
  }

  public func score(of arm: String, block: Int) -> Double? { scores[block]?[arm] }

  /// First minus second over the blocks that have both.
  public func differences(_ first: String, _ second: String) -> [Double] {
    blocks.compactMap { block in
      guard let a = scores[block]?[first], let b = scores[block]?[second] else { return nil }
      return a - b
    }
  }

  /// One row a block that has all arms.
  public var completeRows: [[Double]] {
    blocks.compactMap { block in
      let row = arms.compactMap { scores[block]?[$0] }
      return row.count == arms.count ? row : nil
    }
  }

  /// The arm with the highest mean, the first among equals; nil without scores.
  public var leader: String? {
    var best: (arm: String, mean: Double)?
    for arm in arms {
      guard let summary = SampleSummary(scores(of: arm)) else { continue }
      if summary.mean > best?.mean ?? -.infinity { best = (arm, summary.mean) }
    }
    return best?.arm
  }

  /// The correlation ρ of two arms over blocks: common random numbers cut the variance of the
  /// difference by (1 − ρ); nil below three blocks or where an arm is constant.
  public func correlation(_ first: String, _ second: String) -> Double? {
    let pairs = blocks.compactMap { block in
      scores[block]?[first].flatMap { a in scores[block]?[second].map { (a, $0) } }
    }
    guard pairs.count > 2, let s = SampleSummary.deviation(pairs.map(\.0)), s > 0,
      let t = SampleSummary.deviation(pairs.map(\.1)), t > 0
    else { return nil }
    let (meanA, meanB) = (SampleSummary.mean(pairs.map(\.0)), SampleSummary.mean(pairs.map(\.1)))
    let cross = pairs.reduce(0) { $0 + ($1.0 - meanA) * ($1.1 - meanB) }
    return cross / Double(pairs.count - 1) / (s * t)
  }

  /// Scores averaged over several tables, block by block: for one design run on several tasks.
  ///
  /// Blocks and arms that not every table has are left out, so that each task weighs the same.
  public static func average(_ tables: [BlockedScores]) -> BlockedScores? {
    guard let first = tables.first else { return nil }
    var averaged: [Int: [String: Double]] = [:]
    for block in first.blocks {
      for arm in first.arms {
        let values = tables.compactMap { $0.score(of: arm, block: block) }
        guard values.count == tables.count else { continue }
        averaged[block, default: [:]][arm] = SampleSummary.mean(values)
      }
    }
    return BlockedScores(arms: first.arms, scores: averaged)
  }
}
