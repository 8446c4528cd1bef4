internal import RunStore
internal import SearchSpaces
internal import SearchStrategies
internal import Studies

/// What is computed for the report of a search that optimises a score.
struct SearchAnalysis: Sendable {
  let source: ReportSource
  /// Trials with the score of a whole training, in order.
  let scored: [TrialRecord]
  let failed: [Int]
  let front: [TrialRecord]
  /// The share of the box between the worst and the best that the front covers, after each trial.
  let hypervolume: [(trial: Int, value: Double)]
  let importance: ScoreImportance

  init(_ source: ReportSource) throws {
    scored = source.records.filter { $0.trial.finalScore != nil }
    guard !scored.isEmpty else { throw ReportError.nothingToReport(run: source.name) }
    self.source = source
    failed = source.records.filter { $0.state == .failed }.map(\.number)
    front = ParetoFront(scored).trials
    hypervolume = Self.hypervolume(scored)
    importance = try ScoreImportance(
      source.trials.filter { !$0.isPartial }, space: source.space, seed: source.settings.seed)
  }

  /// The area that the front dominates inside the box of all scores and parameters.
  ///
  /// The box reaches from the worst score and the largest size to the best and the smallest of the
  /// whole run, so that the last value says how far the front fills it, and no outside reference
  /// point has to be chosen.
  private static func hypervolume(_ records: [TrialRecord]) -> [(trial: Int, value: Double)] {
    let scores = records.compactMap(\.trial.score)
    let sizes = records.map { Double($0.trial.costs.parameters.deployed) }
    guard let worst = scores.min(), let best = scores.max(), let small = sizes.min(),
      let large = sizes.max(), best > worst, large > small
    else { return [] }
    return records.indices.map { last in
      let front = ParetoFront(Array(records[...last])).trials
      var area = 0.0
      for (index, record) in front.enumerated() {
        let next =
          index + 1 < front.count
          ? Double(front[index + 1].trial.costs.parameters.deployed) : large
        let width = next - Double(record.trial.costs.parameters.deployed)
        area += width * ((record.trial.score ?? worst) - worst)
      }
      return (records[last].number, area / ((best - worst) * (large - small)))
    }
  }
}
