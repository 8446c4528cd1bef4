public import SearchSpaces

/// Every search strategy, by name.
///
/// To add one: a file in this folder and a line in `members`.
public enum StrategyRegistry {
  /// In the order of listings.
  public static let members: [any SearchStrategy.Type] = [
    RandomStrategy.self,
    BayesianStrategy.self,
    SaasStrategy.self,
    AutoPEFTStrategy.self,
    EvolutionStrategy.self,
    NSGA2Strategy.self,
    TreeParzenStrategy.self,
    HalvingStrategy.self,
    S4Strategy.self,
    S4FactorialStrategy.self,
    TransferStrategy.self,
  ]

  /// The strategy of a study.
  ///
  /// - Parameters:
  ///   - settings: the keys under `strategy.` without that prefix.
  ///   - plannedTrials: the number of trials for which the study was created; nil is open-ended.
  ///   - earlier: runs to learn from, for strategies that can (`WarmStartable`).
  /// - Throws: `StrategyError.unknownStrategy`, `.unknownSetting`, `.wrongSetting`, `.noWarmStart`,
  ///   `.needsEarlierRun`.
  public static func make(
    _ name: String, space: SearchSpace, seed: UInt64, settings: [String: ParameterValue] = [:],
    plannedTrials: Int? = nil, earlier: [EarlierRun] = []
  ) throws(StrategyError) -> any SearchStrategy {
    guard let member = members.first(where: { $0.name == name }) else {
      throw .unknownStrategy(name: name, known: members.map { $0.name })
    }
    let checked = try StrategySettings(settings, of: name, declared: member.settings)
    let strategy = member.init(
      space: space, seed: seed, settings: checked, plannedTrials: plannedTrials)
    guard !earlier.isEmpty else {
      if let able = member as? any WarmStartable.Type, able.needsEarlierRun {
        throw .needsEarlierRun(strategy: name)
      }
      return strategy
    }
    guard let able = strategy as? any WarmStartable else {
      throw .noWarmStart(
        strategy: name,
        known: members.filter { $0 is any WarmStartable.Type }.map { $0.name })
    }
    return able.warmed(by: earlier)
  }
}
