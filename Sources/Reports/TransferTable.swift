internal import RunStore
internal import SearchSpaces
internal import SearchStrategies
internal import Statistics

/// How configurations of an earlier run do on another task, beside the references.
public struct TransferTable: Sendable {
  private let trials: [Trial]
  private let comparison: ScoreComparison
  private let earlierScores: [String: Double]
  private let agreements: [EarlierAgreement]

  /// - Parameter margin: the largest difference that does not matter, in units of the score.
  /// - Throws: `ReportError`, `EarlierRunError`, `StrategyError`.
  public init(_ source: ReportSource, margin: Double) throws {
    guard let strategy = try EarlierTable.strategy(source) as? TransferStrategy else {
      throw ReportError.nothingToCompare(file: source.history.run.path, arms: 0)
    }
    trials = source.trials
    let scores = DesignResults(trials).scores(of: TransferStrategy.contrast)
    let failures = trials.filter { $0.state == .failed }
      .flatMap { $0.design?.arms ?? [] }.map { ($0.level, 1) }
    // The best of several references is the harder one to beat: this choice errs on the safe side.
    let reference = scores.arms.filter(TransferStrategy.isReference)
      .max { SampleSummary.mean(scores.scores(of: $0)) < SampleSummary.mean(scores.scores(of: $1)) }
    comparison = try ScoreComparison(
      scores, failures: Dictionary(failures, uniquingKeysWith: +),
      origin: source.history.run.path, centre: reference, margin: margin)
    earlierScores = strategy.earlierScores
    agreements = try strategy.agreements(history: trials)
  }

  /// One row a configuration: its size, its score in the earlier run, and its scores here.
  public var arms: Table {
    var table = Table(columns: [
      "configuration", "parameters", "earlier_score", "seeds", "failed", "mean", "lower", "upper",
      "deviation", "worst", "best",
    ])
    for arm in comparison.scores.arms {
      guard let cells = comparison.cells(of: arm) else { continue }
      let trial = trials.first { $0.design?.arms.contains { $0.level == arm } ?? false }
      table.append(
        [
          .text(arm), trial.map { .integer($0.costs.parameters.deployed) } ?? .missing,
          .number(earlierScores[arm], digits: 4),
        ] + cells)
    }
    return table
  }

  /// The best reference against each other configuration; all pairs where there is no reference.
  public var pairs: Table { comparison.pairs }

  /// What the numbers allow to say, in words.
  public var summary: String {
    let ranks = agreements.map { agreement in
      "Rank correlation of the scores in \(agreement.run) with the means here, over "
        + "\(agreement.compared) configurations: "
        + (agreement.rankCorrelation.map { Markup.number($0, 2) } ?? "undefined") + "."
    }
    return (ranks + [comparison.summary]).joined(separator: "\n")
  }
}
