import SearchSpaces

/// What can be wrong with a strategy's name, its settings or the history it is given.
public enum StrategyError: Error, Equatable {
  case unknownStrategy(name: String, known: [String])
  case unknownSetting(strategy: String, key: String, known: [String])
  case wrongSetting(strategy: String, key: String, expected: String, got: String)
  /// The strategy has no model that earlier runs could be told to.
  case noWarmStart(strategy: String, known: [String])
  /// The strategy proposes what an earlier run has found, and none was named.
  case needsEarlierRun(strategy: String)
  /// A finished trial without a score, or with one that is not finite.
  case unusableScore(trial: Int, score: Double?)
  /// A trial's point does not fit the space's dimensions.
  case foreignPoint(trial: Int, reason: String)
  /// The space is too large to list, and no draw was within the budget.
  case nothingFeasible(draws: Int, reason: String)
  /// The surrogate could not be fitted to the history.
  case surrogate(reason: String)
}

extension StrategyError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownStrategy(let name, let known):
      return "unknown search strategy '\(name)'."
        + Suggestion.suggestion(for: name, among: known)
    case .unknownSetting(let strategy, let key, let known):
      return known.isEmpty
        ? "strategy '\(strategy)' has no settings, got '\(key)'."
        : "strategy '\(strategy)' has no setting '\(key)'."
          + Suggestion.suggestion(for: key, among: known)
    case .wrongSetting(let strategy, let key, let expected, let got):
      return "strategy.\(key) of '\(strategy)' must be \(expected), got \(got)."
    case .noWarmStart(let strategy, let known):
      return
        "strategy '\(strategy)' does not learn from earlier runs. Leave --from out, or choose one "
        + "of: " + known.map { "'\($0)'" }.joined(separator: ", ") + "."
    case .needsEarlierRun(let strategy):
      return
        "strategy '\(strategy)' retrains what an earlier run has found, and none was named. "
        + "Add --from RUN, or use 'autopeft transfer RUN --task TASK'."
    case .unusableScore(let trial, let score):
      let got = score.map { "the score \($0)" } ?? "no score"
      return "trial \(trial) is complete with \(got); a complete trial needs a finite score. "
        + "Record it as failed if its training did not give one."
    case .foreignPoint(let trial, let reason):
      return "the point of trial \(trial) does not belong to this space: \(reason)."
    case .nothingFeasible(let draws, let reason):
      return "no configuration within the limits was found in \(draws) draws from the space; "
        + "the last was refused because \(reason). Loosen the budget or narrow the sizes."
    case .surrogate(let reason):
      return "the surrogate model could not be fitted: \(reason)"
    }
  }
}
