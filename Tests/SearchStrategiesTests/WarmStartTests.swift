import Foundation
import SearchSpaces
import Testing

@testable import SearchStrategies

struct WarmStartTests {
  /// Trials of a space-filling design on a formula.
  private func earlier(
    _ space: SearchSpace, count: Int = 40, seed: UInt64 = 77,
    _ objective: (PEFTConfiguration) -> Double
  ) throws -> EarlierRun {
    let design = try StrategyRegistry.make("random", space: space, seed: seed)
    let trials = try design.ask(count: count, history: []).enumerated().map { index, proposal in
      Trial(
        number: index + 1, state: .complete, origin: .initial, point: proposal.candidate.point,
        configuration: proposal.candidate.configuration, costs: proposal.candidate.costs,
        score: objective(proposal.candidate.configuration))
    }
    return EarlierRun(name: "earlier", trials: trials, space: space)
  }

  private func layered(_ configuration: PEFTConfiguration) -> Double {
    TestObjectives.layered(configuration) ?? 0
  }

  private func study(
    _ name: String, _ space: SearchSpace, seed: UInt64, from runs: [EarlierRun], window: Int = 0,
    planned: Int = 40
  ) throws -> SimulatedStudy {
    SimulatedStudy(
      strategy: try StrategyRegistry.make(
        name, space: space, seed: seed, settings: StrategyLawTests.settings[name] ?? [:],
        plannedTrials: planned, earlier: runs),
      objective: TestObjectives.layered, noise: 0.05, seed: seed, window: window)
  }

  /// By hand: tanh(artanh(2 sin(π r / 6)) − √(1.06 / (n − 3))).
  @Test(arguments: [
    (0.8, 10, 0.63400), (0.8, 43, 0.75064), (0.5, 28, 0.35154), (0.9, 5, 0.65721), (0.1, 20, 0.0),
    (-0.7, 30, 0.0), (0.9, 4, 0.0), (1.0, 100, 0.95),
  ])
  func weights(correlation: Double, count: Int, expected: Double) {
    #expect(abs(WarmStart.weight(rankCorrelation: correlation, count: count) - expected) < 1e-4)
  }

  @Test(arguments: ["bayes", "saas", "autopeft"])
  func lawsHoldWithAnEarlierRun(name: String) throws {
    let space = try TestSpaces.space(name == "bayes" ? TestSpaces.mixed : TestSpaces.costly)
    let run = try earlier(space, count: 30, layered)
    var first = try study(name, space, seed: 5, from: [run], window: 2, planned: 16)
    try first.run(until: 16)
    #expect(first.history.count == 16)
    #expect(Set(first.history.map(\.trainingIdentity)).count == 16)
    for trial in first.history {
      #expect(try space.candidate(at: #require(trial.point)).configuration == trial.configuration)
    }
    let fresh = try study(name, space, seed: 5, from: [run], planned: 16)
    let answers = try [first.strategy, fresh.strategy].map {
      try $0.ask(count: 3, history: first.seen).map(\.candidate)
    }
    #expect(answers[0] == answers[1])
    var history = first.seen
    for candidate in answers[0] {
      let single = try fresh.strategy.ask(count: 1, history: history)
      #expect(single.map(\.candidate) == [candidate])
      history.append(
        Trial(
          number: history.count + 1, state: .running, origin: single[0].origin,
          point: candidate.point, configuration: candidate.configuration, costs: candidate.costs))
    }
    var cold = try study(name, space, seed: 5, from: [], window: 2, planned: 16)
    try cold.run(until: 16)
    #expect(cold.history.map(\.configuration) != first.history.map(\.configuration))
  }

  @Test func exhaustedSpacesEndCleanly() throws {
    let space = try TestSpaces.space(TestSpaces.tiny)
    let run = try earlier(space, count: 20, layered)
    var study = try study("bayes", space, seed: 3, from: [run])
    try study.run(until: 100)
    #expect(study.history.count == 24)
  }

  /// A run that disagrees is left aside: the search is the one without it.
  @Test func anAdverseRunChangesNothing() throws {
    let space = try TestSpaces.space(TestSpaces.mixed)
    let run = try earlier(space) { -self.layered($0) }
    var warm = try study("bayes", space, seed: 4, from: [run])
    var cold = try study("bayes", space, seed: 4, from: [])
    try warm.run(until: 20)
    try cold.run(until: 20)
    #expect(warm.history == cold.history)
    let agreement = try #require(
      try (warm.strategy as? any WarmStartable)?.agreements(history: warm.history).first)
    #expect(agreement.weight == 0)
    #expect(try #require(agreement.rankCorrelation) < 0)
  }

  /// The same function, found out before: it counts, and the design ends at half of its trials.
  @Test func anAgreeingRunCounts() throws {
    let space = try TestSpaces.space(TestSpaces.mixed)
    let run = try earlier(space, count: 60, layered)
    var warm = try study("bayes", space, seed: 4, from: [run])
    var cold = try study("bayes", space, seed: 4, from: [])
    try warm.run(until: 20)
    try cold.run(until: 20)
    let strategy = try #require(warm.strategy as? any WarmStartable)
    let agreement = try strategy.agreements(history: warm.history)[0]
    #expect(agreement.weight > 0.5 && agreement.taken == 60 && agreement.compared == 20)
    let early = try strategy.agreements(history: Array(warm.history.prefix(4)))[0]
    #expect(early.weight == 0 && early.rankCorrelation == nil)
    #expect(warm.history.count { $0.origin == .initial } == 8)
    #expect(cold.history.count { $0.origin == .initial } == 10)
    // The design itself is the same.
    #expect(warm.history.prefix(8) == cold.history.prefix(8))
  }

  @Test func aDesignThatIsAskedForIsKept() throws {
    let space = try TestSpaces.space(TestSpaces.mixed)
    var study = SimulatedStudy(
      strategy: try StrategyRegistry.make(
        "bayes", space: space, seed: 4, settings: ["initial": .integer(12)], plannedTrials: 40,
        earlier: [try earlier(space, count: 60, layered)]),
      objective: TestObjectives.layered, noise: 0.05, seed: 4)
    try study.run(until: 14)
    #expect(study.history.count { $0.origin == .initial } == 12)
  }

  @Test func foreignConfigurationsAreDroppedAndCounted() throws {
    let wide = try TestSpaces.space(TestSpaces.discrete)
    let narrow = try TestSpaces.space(
      TestSpaces.discrete.replacingOccurrences(of: "[1, 2, 4, 8, 16]", with: "[1, 2, 4]"))
    let design = try StrategyRegistry.make("random", space: wide, seed: 1)
    var trials = try design.ask(count: 50, history: []).enumerated().map { index, proposal in
      Trial(
        number: index + 1, state: .complete, origin: .initial, point: proposal.candidate.point,
        configuration: proposal.candidate.configuration, costs: proposal.candidate.costs,
        score: Double(index))
    }
    let foreign = trials.count { ($0.point?["lora.rank"]?.asInteger ?? 0) > 4 }
    let paths = trials.flatMap { ($0.point ?? [:]).keys }
    #expect(paths.contains("lora.rank") && foreign > 5)
    let run = EarlierRun(name: "wide", trials: trials, space: narrow)
    #expect(run.dropped == foreign && run.observations.count == 50 - foreign)
    #expect(try #require(run.firstRefusal).hasPrefix("'lora.rank' cannot be "))
    // Neither failed trials nor those without a point are taken.
    trials[0].state = .failed
    trials[1].point = nil
    trials[2].state = .running
    let all = EarlierRun(name: "wide", trials: trials, space: wide)
    #expect(all.dropped == 0 && all.observations.map(\.score) == (3..<50).map(Double.init))
    // What is frozen is what is read again.
    let copy = try JSONDecoder().decode(EarlierRun.self, from: JSONEncoder().encode(all))
    #expect(copy == all)
  }

  @Test(arguments: RelatedProblem.allCases)
  func benchmarksWithEarlierRunsAreReproducible(problem: RelatedProblem) throws {
    let space = try ShippedSpaces.space("autopeft")
    let benchmark = SearchBenchmark(space: space, trials: 20)
    let runs = try (0..<2).map { _ in
      try benchmark.run(
        "bayes", settings: ["climbs": .integer(2)], seed: 3, earlier: .init(problem, trials: 30))
    }
    #expect(runs[0].hypervolume == runs[1].hypervolume)
    if problem == .adverse {
      let cold = try benchmark.run("bayes", settings: ["climbs": .integer(2)], seed: 3)
      #expect(cold.hypervolume == runs[0].hypervolume)
    }
  }
}
