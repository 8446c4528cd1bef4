import SearchSpaces
import Testing

@testable import SearchStrategies

struct TransferStrategyTests {
  /// Scores that rise with size; every third trial has 0.
  private func earlier(_ space: SearchSpace, name: String = "rte", count: Int = 12) throws
    -> EarlierRun
  {
    let design = try StrategyRegistry.make("random", space: space, seed: 4)
    let trials = try design.ask(count: count, history: []).enumerated().map { index, proposal in
      let candidate = proposal.candidate
      let size = Double(candidate.costs.parameters.deployed)
      return Trial(
        number: index + 4, state: .complete, origin: .initial, point: candidate.point,
        configuration: candidate.configuration, costs: candidate.costs,
        score: index % 3 == 0 ? 0 : size / 100_000)
    }
    return EarlierRun(name: name, trials: trials, space: space)
  }

  private func study(
    _ space: SearchSpace, from runs: [EarlierRun], seeds: Int = 3, top: Int = 0
  ) throws -> SimulatedStudy {
    SimulatedStudy(
      strategy: try StrategyRegistry.make(
        "transfer", space: space, seed: 1,
        settings: ["seeds": .integer(seeds), "top": .integer(top)], earlier: runs),
      objective: TestObjectives.size, noise: 0.01, seed: 1)
  }

  /// The arms are the front, by brute force, and the references; each once a seed, seed by seed.
  @Test func theFrontAndTheReferencesAreRetrained() throws {
    let space = try TestSpaces.space(
      TestSpaces.mixed.replacing("references: off", with: "references: on"))
    let run = try earlier(space)
    var study = try study(space, from: [run])
    try study.run(until: 1_000)
    let sized = try run.observations.map {
      ($0, size: try space.candidate(at: $0.point).costs.parameters.deployed)
    }
    let front = sized.filter { item in
      !sized.contains {
        ($0.0.score > item.0.score && $0.size <= item.size)
          || ($0.0.score >= item.0.score && $0.size < item.size)
          || ($0.0.score == item.0.score && $0.size == item.size
            && ($0.0.trial ?? 0) < (item.0.trial ?? 0))
      }
    }
    let wanted = Set(front.map { "trial \($0.0.trial ?? 0)" }).union(
      ["reference head only", "reference lora", "reference bitfit"])
    let arms = study.history.flatMap { $0.design?.arms ?? [] }
    #expect(Set(arms.map(\.level)) == wanted && front.count > 1)
    #expect(study.history.count == wanted.count * 3)
    #expect(
      study.history.map { $0.design?.block ?? 0 }
        == (1...3).flatMap { seed in
          Array(repeating: seed, count: wanted.count)
        })
    #expect(study.strategy.plan?.runs == study.history.count)
    #expect(Set(study.history.map(\.trainingIdentity)).count == study.history.count)
    for trial in study.history where trial.point == nil {
      #expect(TransferStrategy.isReference(trial.design?.arms.first?.level ?? ""))
    }
  }

  @Test func topTakesTheBestByScore() throws {
    let space = try TestSpaces.space(TestSpaces.tiny)
    let run = try earlier(space)
    var study = try study(space, from: [run], seeds: 2, top: 4)
    try study.run(until: 1_000)
    let levels = Set(study.history.compactMap { $0.design?.arms.first?.level })
    let taken = run.observations.filter { levels.contains("trial \($0.trial ?? 0)") }
    let best = run.observations.map(\.score).sorted(by: >).prefix(4)
    #expect(taken.map(\.score).sorted(by: >) == Array(best) && best.last != 0)
    #expect(study.history.count == 8)
  }

  /// A configuration that two runs have found is trained once and stands for both.
  @Test func theSameConfigurationIsOneArm() throws {
    let space = try TestSpaces.space(TestSpaces.tiny)
    let runs = [try earlier(space, name: "rte"), try earlier(space, name: "mrpc")]
    var study = try study(space, from: runs, seeds: 2, top: 3)
    try study.run(until: 1_000)
    #expect(study.history.count == 6)
    for trial in study.history {
      let levels = trial.design?.arms.map(\.level) ?? []
      #expect(levels.count == 2 && levels[0].hasPrefix("rte trial "))
      #expect(levels[1] == levels[0].replacing("rte", with: "mrpc"))
    }
  }

  /// The objective here orders configurations as the earlier run does, but for every third.
  @Test func agreementComparesEarlierScoresWithMeans() throws {
    let space = try TestSpaces.space(TestSpaces.mixed)
    let run = try earlier(space)
    var study = try study(space, from: [run], top: 12)
    let strategy = try #require(study.strategy as? TransferStrategy)
    #expect(try strategy.agreements(history: [])[0].compared == 0)
    try study.run(until: 1_000)
    let agreement = try strategy.agreements(history: study.history)[0]
    #expect(agreement.run == "rte" && agreement.compared == 12 && agreement.weight == 0)
    let correlation = try #require(agreement.rankCorrelation)
    #expect(abs(correlation) < 0.999 && correlation != 0)
  }
}
