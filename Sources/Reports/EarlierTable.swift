internal import RunStore
internal import SearchSpaces
internal import SearchStrategies
internal import Studies

/// What a search has taken over from earlier runs, and what it counts by now.
public enum EarlierTable {
  /// One row a run; nil for a search that was started without.
  ///
  /// - Throws: `EarlierRunError`, `StrategyError`.
  public static func table(_ source: ReportSource) throws -> Table? {
    guard let strategy = try strategy(source) else { return nil }
    var table = Table(columns: [
      "earlier_run", "taken", "dropped", "compared_trials", "rank_correlation", "weight",
    ])
    for agreement in try strategy.agreements(history: source.trials) {
      table.append([
        .text(agreement.run), .integer(agreement.taken), .integer(agreement.dropped),
        .integer(agreement.compared), .number(agreement.rankCorrelation, digits: 3),
        .number(agreement.weight, digits: 3),
      ])
    }
    return table
  }

  /// The run's strategy with what it has taken over; nil for a search that was started without.
  static func strategy(_ source: ReportSource) throws -> (any WarmStartable)? {
    let runs = try EarlierRuns.frozen(in: source.history.run, settings: source.settings)
    guard !runs.isEmpty else { return nil }
    return try StrategyRegistry.make(
      source.settings.strategy, space: source.space, seed: source.settings.seed,
      settings: source.space.strategySettings, plannedTrials: source.settings.plannedTrials,
      earlier: runs) as? any WarmStartable
  }

  static func section(_ source: ReportSource) throws -> ReportDocument.Section? {
    try table(source).map { table in
      ReportDocument.Section(
        title: "Earlier runs",
        blocks: [
          .paragraph(
            "The model was also told the trials of these runs, as scores of other functions that are "
              + "correlated with this one by the weight. The weight follows from the rank "
              + "correlation of their prediction with the scores of this run's own trials, one "
              + "standard error to the safe side; 0 leaves a run aside. Dropped configurations do "
              + "not exist in this space."),
          .table(
            table, name: "earlier", caption: "What was taken, and its weight after all trials."),
        ])
    }
  }
}
