internal import LinearAlgebra
internal import Statistics
public import Training

/// Arms compared over paired blocks, from a table of scores that anything may have written.
///
/// A block is what its rows share: a seed, a fold, a draw. With a task column the scores of an arm are
/// averaged over tasks block by block, so that each task weighs the same. A row without a score is a
/// failure and counts as the worst score of its task: to leave it out would reward an arm for
/// failing.
public struct ScoreComparison: Sendable {
  /// Which columns hold what, and which rows matter.
  public struct Layout: Sendable {
    public var arm: String
    public var block: String
    public var score: String
    public var task: String?
    /// Only rows with these values, by column.
    public var filters: [(column: String, value: String)]

    public init(
      arm: String, block: String, score: String, task: String? = nil,
      filters: [(column: String, value: String)] = []
    ) {
      self.arm = arm
      self.block = block
      self.score = score
      self.task = task
      self.filters = filters
    }
  }

  let scores: BlockedScores
  let failures: [String: Int]
  let comparisons: [ArmComparison]
  let margin: Double
  let tasks: Int
  /// The arm that all others are compared with; nil where all pairs are one family.
  let centre: String?

  /// - Parameters:
  ///   - arms: those to compare, in this order; nil for all, in the order of their first rows.
  ///   - centre: one arm against each other one; nil for all pairs.
  ///   - margin: the largest difference that does not matter, in units of the score.
  ///   - seed: of bootstrap and permutations.
  /// - Throws: `TaskError` for a column that is missing; `ReportError`.
  public init(
    _ table: NamedTable, _ layout: Layout, arms chosen: [String]? = nil, centre: String? = nil,
    margin: Double, seed: UInt64 = 0
  ) throws {
    guard margin > 0, margin.isFinite else { throw ReportError.wrongMargin(margin) }
    let rows = try Self.rows(table, layout)
    var known: [String] = []
    for row in rows where !known.contains(row.arm) { known.append(row.arm) }
    for arm in (chosen ?? []) + (centre.map { [$0] } ?? []) where !known.contains(arm) {
      throw ReportError.unknownArm(arm, file: table.path, known: known)
    }
    let arms = chosen ?? known
    let own = rows.filter { arms.contains($0.arm) }
    let tables = try Self.tables(own, arms: arms)
    guard arms.count > 1, let scores = BlockedScores.average(tables), !scores.blocks.isEmpty else {
      throw ReportError.nothingToCompare(file: table.path, arms: arms.count)
    }
    self.scores = scores
    self.margin = margin
    self.centre = centre
    tasks = tables.count
    failures = Dictionary(own.filter { $0.score == nil }.map { ($0.arm, 1) }, uniquingKeysWith: +)
    comparisons = ArmComparison.family(
      scores, pairs: centre.map { centre in arms.filter { $0 != centre }.map { (centre, $0) } },
      key: RandomKey(seed: seed).derived("compare"))
  }

  /// Arms whose scores are there already.
  ///
  /// - Parameter origin: the file or run that the scores are from, for the error.
  /// - Throws: `ReportError` for fewer than two arms, or none with a common block.
  init(
    _ scores: BlockedScores, failures: [String: Int], origin: String, centre: String?,
    margin: Double, seed: UInt64 = 0
  ) throws {
    guard margin > 0, margin.isFinite else { throw ReportError.wrongMargin(margin) }
    guard scores.arms.count > 1, !scores.blocks.isEmpty else {
      throw ReportError.nothingToCompare(file: origin, arms: scores.arms.count)
    }
    self.scores = scores
    self.failures = failures
    self.margin = margin
    self.centre = centre
    tasks = 1
    comparisons = ArmComparison.family(
      scores,
      pairs: centre.map { centre in
        scores.arms.filter { $0 != centre }.map { (centre, $0) }
      }, key: RandomKey(seed: seed).derived("compare"))
  }

  private struct Row {
    let place: FilePlace
    let arm: String
    let block: String
    let task: String
    let score: Double?
  }

  private static func rows(_ table: NamedTable, _ layout: Layout) throws -> [Row] {
    let arms = try table.values(of: layout.arm)
    let blocks = try table.values(of: layout.block)
    let scores = try table.values(of: layout.score)
    let tasks = try layout.task.map { try table.values(of: $0) }
    let filters = try layout.filters.map { (try table.values(of: $0.column), $0.value) }
    return try table.rows.indices.compactMap { index -> Row? in
      guard filters.allSatisfy({ $0.0[index] == $0.1 }) else { return nil }
      let place = table.rows[index].place
      let score = Double(scores[index])
      guard scores[index].isEmpty || score?.isFinite ?? false else {
        throw ReportError.notAScore(place: place, got: scores[index])
      }
      return Row(
        place: place, arm: arms[index], block: blocks[index], task: tasks?[index] ?? "",
        score: score)
    }
  }

  /// One table a task.
  private static func tables(_ rows: [Row], arms: [String]) throws -> [BlockedScores] {
    var numbers: [String: Int] = [:]
    for row in rows where numbers[row.block] == nil { numbers[row.block] = numbers.count + 1 }
    var tasks: [String] = []
    for row in rows where !tasks.contains(row.task) { tasks.append(row.task) }
    return try tasks.map { task in
      let own = rows.filter { $0.task == task }
      let worst = own.compactMap(\.score).min()
      var scores: [Int: [String: Double]] = [:]
      for row in own {
        let block = numbers[row.block] ?? 0
        guard scores[block]?[row.arm] == nil else {
          throw ReportError.scoredTwice(place: row.place, arm: row.arm, block: row.block)
        }
        scores[block, default: [:]][row.arm] = row.score ?? worst
      }
      return BlockedScores(arms: arms, scores: scores)
    }
  }

  // MARK: Output

  /// One row an arm: its scores, and Student's 95 % interval of their mean.
  public var arms: Table {
    var table = Table(columns: [
      "arm", "blocks", "failed", "mean", "lower", "upper", "deviation", "worst", "best",
    ])
    for arm in scores.arms {
      guard let cells = cells(of: arm) else { continue }
      table.append([.text(arm)] + cells)
    }
    return table
  }

  /// An arm's row of `arms` without its name; nil where it has no score.
  func cells(of arm: String) -> [Table.Cell]? {
    guard let summary = SampleSummary(scores.scores(of: arm)) else { return nil }
    let half = summary.deviation.map { deviation in
      StudentDistribution(degrees: Double(summary.count - 1)).quantile(0.975) * deviation
        / Double(summary.count).squareRoot()
    }
    return [
      .integer(summary.count), .integer(failures[arm] ?? 0), .number(summary.mean, digits: 4),
      .number(half.map { summary.mean - $0 }, digits: 4),
      .number(half.map { summary.mean + $0 }, digits: 4), .number(summary.deviation, digits: 4),
      .number(summary.minimum, digits: 4), .number(summary.maximum, digits: 4),
    ]
  }

  /// One row a pair of the family.
  public var pairs: Table { DesignTables.comparisons(comparisons, margin: margin) }

  /// What the numbers allow to say, in words.
  public var summary: String {
    var words = ""
    if tasks > 1 { words += "Scores are averaged over \(tasks) tasks, block by block. " }
    if let centre {
      let verdict = Verdict(published: centre, comparisons, margin: margin)
      words += "'\(centre)' against each other arm as one family: "
      switch verdict {
      case .replicated: words += "better than every other arm. "
      case .equivalent: words += "within ± \(Markup.number(margin, 4)) of every other arm. "
      case .contradicted: words += "some other arm is better. "
      case .inconclusive: words += "inconclusive. "
      }
    } else {
      let clear = comparisons.count { $0.isSupported || $0.isReversed }
      words += "\(clear) of \(comparisons.count) pairs are shown to differ. "
    }
    let failed = failures.values.reduce(0, +)
    if failed > 0 {
      words += failed == 1 ? "1 failure counts" : "\(failed) failures count"
      words += " as the worst score of the task. "
    }
    return words
      + "Shift: Hodges-Lehmann with its 95 % interval (BCa over blocks); p: sign-flip test, Holm "
      + "over the family; a difference is shown where both agree."
  }
}
