import SearchSpaces
import SearchStrategies
import Testing

/// Every sentence of the module.
struct StrategyErrorTests {
  struct Row: Sendable {
    let id: String
    let provoke: @Sendable (SearchSpace) throws -> Void
    let sentence: String
  }

  private static func trial(
    _ space: SearchSpace, score: Double?, point: SearchPoint? = nil
  ) throws -> Trial {
    let first = try #require(space.allPoints(limit: 100)?.first)
    let candidate = try space.candidate(at: first)
    return Trial(
      number: 7, state: .complete, origin: .initial, point: point ?? first,
      configuration: candidate.configuration, costs: candidate.costs, score: score)
  }

  private static func make(
    _ name: String, _ settings: [String: ParameterValue]
  ) -> @Sendable (SearchSpace) throws -> Void {
    { space in _ = try StrategyRegistry.make(name, space: space, seed: 1, settings: settings) }
  }

  private static func ask(
    _ trial: @escaping @Sendable (SearchSpace) throws -> Trial
  ) -> @Sendable (SearchSpace) throws -> Void {
    { space in
      let strategy = try StrategyRegistry.make("random", space: space, seed: 1)
      _ = try strategy.ask(count: 1, history: [trial(space)])
    }
  }

  static let rows: [Row] = [
    Row(
      id: "strategy, near", provoke: make("bayse", [:]),
      sentence: "unknown search strategy 'bayse'. Did you mean 'bayes'?"),
    Row(
      id: "strategy, far", provoke: make("grid-search", [:]),
      sentence: "unknown search strategy 'grid-search'. Choose one of: 'random', 'bayes', "
        + "'saas', 'autopeft', 'evolution', 'nsga2', 'tpe', 'halving', 's4', 's4-factorial', 'transfer'."
    ),
    Row(
      id: "setting, near", provoke: make("bayes", ["inital": .integer(3)]),
      sentence: "strategy 'bayes' has no setting 'inital'. Did you mean 'initial'?"),
    Row(
      id: "setting, far", provoke: make("bayes", ["temperature": .integer(3)]),
      sentence: "strategy 'bayes' has no setting 'temperature'. Choose one of: 'initial', "
        + "'climbs', 'listing', 'transform'."),
    Row(
      id: "no settings", provoke: make("random", ["initial": .integer(3)]),
      sentence: "strategy 'random' has no settings, got 'initial'."),
    Row(
      id: "wrong kind", provoke: make("bayes", ["initial": .text("many")]),
      sentence: "strategy.initial of 'bayes' must be a whole number from 0 to 100000, got 'many'."),
    Row(
      id: "out of range", provoke: make("bayes", ["climbs": .integer(0)]),
      sentence: "strategy.climbs of 'bayes' must be a whole number from 1 to 1000, got 0."),
    Row(
      id: "no warm start",
      provoke: { space in
        let run = EarlierRun(name: "other", trials: [], space: space)
        _ = try StrategyRegistry.make("tpe", space: space, seed: 1, earlier: [run])
      },
      sentence:
        "strategy 'tpe' does not learn from earlier runs. Leave --from out, or choose one of: "
        + "'bayes', 'saas', 'autopeft', 'transfer'."),
    Row(
      id: "no earlier run", provoke: make("transfer", [:]),
      sentence: "strategy 'transfer' retrains what an earlier run has found, and none was named. "
        + "Add --from RUN, or use 'autopeft transfer RUN --task TASK'."),
    Row(
      id: "no score", provoke: ask { try trial($0, score: nil) },
      sentence: "trial 7 is complete with no score; a complete trial needs a finite score. Record "
        + "it as failed if its training did not give one."),
    Row(
      id: "NaN score", provoke: ask { try trial($0, score: .nan) },
      sentence: "trial 7 is complete with the score nan; a complete trial needs a finite score. "
        + "Record it as failed if its training did not give one."),
    Row(
      id: "foreign point",
      provoke: ask { try trial($0, score: 0.5, point: ["group9.lora.rank": .integer(1)]) },
      sentence: "the point of trial 7 does not belong to this space: the space has no decision "
        + "'group9.lora.rank'."),
    Row(
      id: "surrogate", provoke: { _ in throw StrategyError.surrogate(reason: "No data.") },
      sentence: "the surrogate model could not be fitted: No data."),
  ]

  @Test(arguments: rows.indices)
  func sentence(index: Int) throws {
    let row = Self.rows[index]
    let space = try TestSpaces.space(TestSpaces.tiny)
    #expect {
      try row.provoke(space)
    } throws: { error in
      String(describing: error) == row.sentence
    }
  }

  /// A budget that nothing keeps, in a space that is too large to list.
  @Test func nothingFeasibleIsSaid() throws {
    let space = try TestSpaces.space(TestSpaces.mixed + "\nbudget: {parameters: 1}\n")
    let strategy = try StrategyRegistry.make("random", space: space, seed: 1)
    #expect {
      _ = try strategy.ask(count: 1, history: [])
    } throws: { error in
      String(describing: error).hasPrefix(
        "no configuration within the limits was found in 20000 draws from the space; the last was "
          + "refused because deployed is ")
        && String(describing: error).hasSuffix(
          ", above the limit of 1. Loosen the budget or narrow the sizes.")
    }
  }
}
