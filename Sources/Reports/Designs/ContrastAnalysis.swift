internal import LinearAlgebra
internal import SearchStrategies
internal import Statistics

/// Everything that is computed for one contrast of a designed experiment.
struct ContrastAnalysis: Sendable {
  let contrast: String
  /// Averaged over tasks, block by block.
  let scores: BlockedScores
  /// Tasks that the scores are averaged over.
  let tasks: Int
  /// One family: all pairs up to six arms; above, the leader and the published choice against all.
  let comparisons: [ArmComparison]
  let friedman: FriedmanTest?
  let leader: String?
  let support: StageSupport
  /// The paper's choice, where it is among the arms.
  let published: String?
  let verdict: Verdict?
  let failures: Int
  let refusedDraws: Int
  /// Kendall's τ of the patterns' order with the paper's; grouping only.
  let order: ConfidenceInterval?

  /// The most arms of which all pairs are compared.
  static let fullFamily = 6

  /// nil where no arm has a score.
  init?(_ contrast: String, _ sources: [ReportSource], margin: Double, key: RandomKey) {
    let results = sources.map { DesignResults($0.trials) }.filter {
      $0.contrasts.contains(contrast)
    }
    guard let scores = BlockedScores.average(results.map { $0.scores(of: contrast) }),
      let leader = scores.leader, let space = sources.first?.space
    else { return nil }
    let choice = PublishedChoices.level(of: contrast, in: space)
    let published = choice.flatMap { scores.arms.contains($0) ? $0 : nil }
    let pairs = Self.pairs(scores.arms, leader: leader, published: published)
    let comparisons = ArmComparison.family(scores, pairs: pairs, key: key.derived(contrast))
    self.contrast = contrast
    self.scores = scores
    tasks = results.count
    self.leader = leader
    self.published = published
    self.comparisons = comparisons
    friedman = FriedmanTest(scores.completeRows)
    support = StageSupport(choice: leader, comparisons, margin: margin)
    verdict = published.map { Verdict(published: $0, comparisons, margin: margin) }
    failures = results.reduce(0) { $0 + $1.failures(of: contrast) }
    refusedDraws = results.map { $0.refusedDraws(of: contrast) }.max() ?? 0
    order =
      contrast == DesignContrast.grouping
      ? Self.order(scores, key: key.derived("order")) : nil
  }

  /// First minus second, whichever way round the pair was compared.
  func comparison(_ first: String, _ second: String) -> ArmComparison? {
    for comparison in comparisons {
      if comparison.first == first, comparison.second == second { return comparison }
      if comparison.first == second, comparison.second == first { return comparison.reversed }
    }
    return nil
  }

  private static func pairs(
    _ arms: [String], leader: String, published: String?
  ) -> [(String, String)]? {
    guard arms.count > fullFamily else { return nil }
    var pairs = arms.filter { $0 != leader }.map { (leader, $0) }
    if let published, published != leader {
      pairs += arms.filter { $0 != leader && $0 != published }.map { (published, $0) }
    }
    return pairs
  }

  /// τ between the order of the arms' means and the published order, with a bootstrap over blocks.
  private static func order(_ scores: BlockedScores, key: RandomKey) -> ConfidenceInterval? {
    let rows = scores.completeRows
    let known = scores.arms.compactMap { PublishedChoices.patternOrder.firstIndex(of: $0) }
    guard rows.count > 1, known.count == scores.arms.count, known.count > 2 else { return nil }
    let places = known.map { -Double($0) }
    let bootstrap = Bootstrap(rows.indices.map(Double.init), key: key) { draw in
      let means = scores.arms.indices.map { arm in
        SampleSummary.mean(draw.map { rows[Int($0)][arm] })
      }
      return RankCorrelation.kendall(means, places) ?? 0
    }
    return bootstrap.percentile()
  }
}
