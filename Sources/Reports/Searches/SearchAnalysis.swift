internal import LinearAlgebra
internal import RunStore
internal import SearchSpaces
internal import Statistics
internal import Studies

/// What is computed for the report of a search that optimises a score.
struct SearchAnalysis: Sendable {
  /// One decision and how much it matters.
  struct Importance: Sendable {
    let decision: String
    /// The growth of the mean squared error, in shares of the variance, when the decision's values
    /// are shuffled among the trials.
    let value: Double
  }

  let source: ReportSource
  /// Trials with a score, in order.
  let scored: [TrialRecord]
  let failed: [Int]
  let front: [TrialRecord]
  /// The share of the box between the worst and the best that the front covers, after each trial.
  let hypervolume: [(trial: Int, value: Double)]
  /// The largest first; empty where fewer than eight trials have a point.
  let importance: [Importance]
  /// The share of variance that the linear model explains.
  let explainedShare: Double?

  init(_ source: ReportSource) throws {
    scored = source.records.filter { $0.trial.score != nil }
    guard !scored.isEmpty else { throw ReportError.nothingToReport(run: source.name) }
    self.source = source
    failed = source.records.filter { $0.state == .failed }.map(\.number)
    front = ParetoFront(scored).trials
    hypervolume = Self.hypervolume(scored)
    (importance, explainedShare) = Self.importance(source, scored)
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

  /// Permutation importance in a ridge regression on the encoded decisions.
  private static func importance(
    _ source: ReportSource, _ records: [TrialRecord]
  ) -> ([Importance], Double?) {
    let points = records.compactMap { record in
      record.trial.point.flatMap { point in record.trial.score.map { (point, $0) } }
    }
    guard points.count >= 8 else { return ([], nil) }
    let columns = columns(source.space)
    let rows = points.map { point, _ in
      let encoded = source.space.encode(point)
      return columns.map { $0.value(encoded) }
    }
    let targets = points.map(\.1)
    guard let fit = RidgeRegression(rows: rows, targets: targets) else { return ([], nil) }
    let mean = SampleSummary.mean(targets)
    let total = targets.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let base = fit.residuals.reduce(0) { $0 + $1 * $1 }
    var decisions: [String] = []
    for column in columns where !decisions.contains(column.decision) {
      decisions.append(column.decision)
    }
    let key = RandomKey(seed: source.settings.seed).derived("importance")
    let values = decisions.map { decision -> Importance in
      let own = columns.indices.filter { columns[$0].decision == decision }
      var random = CounterRandom(key.derived(decision))
      var growth = 0.0
      for _ in 0..<20 {
        let order = random.shuffled(Array(rows.indices))
        var sum = 0.0
        for (index, row) in rows.enumerated() {
          var mixed = row
          for column in own { mixed[column] = rows[order[index]][column] }
          let error = targets[index] - fit.predicted(mixed)
          sum += error * error
        }
        growth += (sum - base) / total / 20
      }
      return Importance(decision: decision, value: max(0, growth))
    }
    let sorted = values.sorted { ($0.value, $1.decision) > ($1.value, $0.decision) }
    return (sorted, fit.explainedShare)
  }

  /// One number of the linear model.
  private struct Column: Sendable {
    let decision: String
    let dimension: Int
    /// nil for an ordered place, else the choice that the column marks.
    let choice: Int?
    /// Whether the column says that the decision exists.
    let isPresence: Bool

    func value(_ encoded: EncodedPoint) -> Double {
      guard encoded.isActive[dimension] else { return 0 }
      if isPresence { return 1 }
      guard let choice else { return encoded.values[dimension] - 0.5 }
      return encoded.values[dimension] == Double(choice) ? 1 : 0
    }
  }

  private static func columns(_ space: SearchSpace) -> [Column] {
    space.dimensions.enumerated().flatMap { index, dimension -> [Column] in
      let decision = dimension.hyperparameter
      switch dimension.kind {
      case .ordered:
        return [true, false].map {
          Column(decision: decision, dimension: index, choice: nil, isPresence: $0)
        }
      case .unordered(let choices):
        return (0..<choices).map {
          Column(decision: decision, dimension: index, choice: $0, isPresence: false)
        }
      }
    }
  }
}
