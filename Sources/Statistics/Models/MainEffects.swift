/// What each level of each factor adds to the score, all factors at once.
///
/// score = block + Σ over factors of effect(level) + Σ over interactions of effect(pair) + noise, by
/// ridge regression on indicators; blocks enter as an unpenalised mean that is taken away. Effects
/// are given as differences from the factor's mean effect over its levels, so that they sum to 0.
/// Interactions are those that were declared before the data were seen, and no others.
public struct MainEffects: Sendable {
  /// One run.
  public struct Run: Sendable {
    public var block: Int
    public var score: Double
    /// The level of each factor; a factor that does not exist for the run is left out.
    public var levels: [String: String]

    public init(block: Int, score: Double, levels: [String: String]) {
      self.block = block
      self.score = score
      self.levels = levels
    }
  }

  /// The effect of one level.
  public struct Effect: Codable, Hashable, Sendable {
    public let factor: String
    public let level: String
    public let value: Double
    public let error: Double
    /// Runs that have the level.
    public let runs: Int

    /// Value ± 1.96 errors: an interval for the ridge estimate, bias aside.
    public var interval: ConfidenceInterval {
      let half = NormalDistribution.quantile(0.975) * error
      return ConfidenceInterval(
        estimate: value, lower: value - half, upper: value + half, level: 0.95)
    }
  }

  /// In the order of factors and levels.
  public let effects: [Effect]
  public let explainedShare: Double
  public let residualDeviation: Double
  public let penalty: Double
  public let runs: Int

  /// nil where the runs do not tell levels apart.
  ///
  /// - Parameters:
  ///   - factors: in the order of the report.
  ///   - interactions: pairs of factors, declared beforehand.
  public init?(
    _ runs: [Run], factors: [String], interactions: [(String, String)] = [],
    penalty: Double? = nil
  ) {
    let expanded = runs.map { run in
      var levels = run.levels
      for (first, second) in interactions {
        guard let a = run.levels[first], let b = run.levels[second] else { continue }
        levels[Self.name(first, second)] = "\(a) × \(b)"
      }
      return Run(block: run.block, score: run.score, levels: levels)
    }
    let names = factors + interactions.map { Self.name($0.0, $0.1) }
    let columns = names.flatMap { factor in
      Set(expanded.compactMap { $0.levels[factor] }).sorted().map { (factor: factor, level: $0) }
    }
    let rows = expanded.map { run in
      columns.map { run.levels[$0.factor] == $0.level ? 1.0 : 0 }
    }
    let design = Self.withinBlocks(rows, expanded)
    guard
      let fit = RidgeRegression(rows: design.rows, targets: design.targets, penalty: penalty)
    else { return nil }
    effects = Self.effects(fit, columns, expanded)
    explainedShare = fit.explainedShare
    residualDeviation = fit.residualDeviation
    self.penalty = fit.penalty
    self.runs = runs.count
  }

  /// The largest minus the smallest effect of each factor: how much the factor matters.
  public func range(of factor: String) -> Double? {
    let values = effects.filter { $0.factor == factor }.map(\.value)
    guard let low = values.min(), let high = values.max() else { return nil }
    return high - low
  }

  /// The name of an interaction.
  public static func name(_ first: String, _ second: String) -> String {
    "\(first) × \(second)"
  }

  /// Rows and scores with the block's means taken away; a block of one run keeps its distance from
  /// the mean of all such blocks.
  private static func withinBlocks(
    _ rows: [[Double]], _ runs: [Run]
  ) -> (rows: [[Double]], targets: [Double]) {
    var sizes: [Int: Int] = [:]
    for run in runs { sizes[run.block, default: 0] += 1 }
    // All single runs together stand for one block.
    let keys = runs.map { sizes[$0.block] == 1 ? Int.min : $0.block }
    var sums: [Int: (row: [Double], score: Double, count: Double)] = [:]
    for (index, key) in keys.enumerated() {
      var sum = sums[key] ?? (Array(repeating: 0, count: rows[index].count), 0, 0)
      for column in rows[index].indices { sum.row[column] += rows[index][column] }
      sum.score += runs[index].score
      sum.count += 1
      sums[key] = sum
    }
    var design: [[Double]] = []
    var targets: [Double] = []
    for (index, key) in keys.enumerated() {
      guard let sum = sums[key] else { continue }
      design.append(zip(rows[index], sum.row).map { $0 - $1 / sum.count })
      targets.append(runs[index].score - sum.score / sum.count)
    }
    return (design, targets)
  }

  private static func effects(
    _ fit: RidgeRegression, _ columns: [(factor: String, level: String)], _ runs: [Run]
  ) -> [Effect] {
    var means: [String: (sum: Double, count: Double)] = [:]
    for (column, value) in zip(columns, fit.coefficients) {
      means[column.factor, default: (0, 0)].sum += value
      means[column.factor, default: (0, 0)].count += 1
    }
    return columns.enumerated().map { index, column in
      let mean = means[column.factor].map { $0.sum / $0.count } ?? 0
      return Effect(
        factor: column.factor, level: column.level, value: fit.coefficients[index] - mean,
        error: fit.errors[index], runs: runs.count { $0.levels[column.factor] == column.level })
    }
  }
}
