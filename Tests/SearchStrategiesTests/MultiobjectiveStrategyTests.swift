import Foundation
import GaussianProcesses
import LinearAlgebra
import SearchSpaces
import Testing

@testable import SearchStrategies

struct MultiobjectiveStrategyTests {
  /// The hypervolume of what was tried, without noise, above a score of −1 and below 30,000.
  private func hypervolume(_ study: SimulatedStudy) -> Double {
    let points = study.history.compactMap { trial in
      study.objective(trial.configuration).map {
        [$0, -Double(trial.costs.parameters.deployed)]
      }
    }
    return ParetoFront(points).hypervolume(reference: [-1, -30_000])
  }

  private func mean(_ strategy: String, _ text: String, seeds: Int) throws -> Double {
    let space = try TestSpaces.space(text)
    return try (0..<seeds).reduce(0) { sum, seed in
      var study = SimulatedStudy(
        strategy: try StrategyLawTests.make(
          strategy, space: space, seed: UInt64(seed), plannedTrials: 40),
        objective: TestObjectives.layered, noise: 0.05, seed: UInt64(seed))
      try study.run(until: 40)
      return sum + hypervolume(study) / Double(seeds)
    }
  }

  /// Model-based strategies reach more hypervolume than space-filling points on average.
  @Test(arguments: ["bayes", "autopeft", "evolution"])
  func strategiesBeatRandomOnHypervolume(name: String) throws {
    let reached = try mean(name, TestSpaces.costly, seeds: 8)
    let random = try mean("random", TestSpaces.costly, seeds: 8)
    #expect(reached > random)
  }

  /// For the score alone too.
  @Test(arguments: ["saas", "evolution", "nsga2", "tpe"])
  func strategiesBeatRandomOnTheScore(name: String) throws {
    let space = try TestSpaces.space(TestSpaces.discrete)
    let means = try [name, "random"].map { strategy in
      try (0..<8).reduce(0) { sum, seed in
        var study = SimulatedStudy(
          strategy: try StrategyLawTests.make(
            strategy, space: space, seed: UInt64(seed), plannedTrials: 40),
          objective: TestObjectives.layered, noise: 0.05, seed: UInt64(seed))
        try study.run(until: 40)
        return sum + study.best(after: 40) / 8
      }
    }
    #expect(means[0] > means[1])
  }

  /// Three objectives, two of them exact, over a listed space.
  @Test func severalKnownObjectivesAreListed() throws {
    let space = try TestSpaces.space(TestSpaces.listed)
    #expect(KnownObjectives(space).count == 2)
    var study = SimulatedStudy(
      strategy: try StrategyRegistry.make("bayes", space: space, seed: 1, plannedTrials: 20),
      objective: TestObjectives.layered, noise: 0.05, seed: 1)
    try study.run(until: 8)
    #expect(study.history.count == 8 && study.history.last?.origin == .model)
  }

  /// 7.1 (8): what is trained is what was optimised, unless the released code is asked for.
  @Test func asReleasedTrainsTheStartOfTheBestWalk() throws {
    let space = try TestSpaces.space(TestSpaces.costly)
    var settings = try #require(StrategyLawTests.settings["autopeft"])
    func study(_ isReleased: Bool) throws -> SimulatedStudy {
      settings["as-released"] = .flag(isReleased)
      settings["initial"] = .integer(12)
      var study = SimulatedStudy(
        strategy: try StrategyRegistry.make(
          "autopeft", space: space, seed: 5, settings: settings, plannedTrials: 24),
        objective: TestObjectives.layered, noise: 0.02, seed: 5)
      try study.run(until: 20)
      return study
    }
    let (described, released) = try (study(false), study(true))
    #expect(described.history.prefix(12) == released.history.prefix(12))
    #expect(described.history != released.history)
    // A start is one move away from a member of the front.
    let objectives = KnownObjectives(space)
    for number in 12..<16 {
      let before = try HistoryView(Array(released.history.prefix(12)), space: space).observed
      let front = ParetoFront(objectives.points(before)).indices.map { before[$0].point }
      let point = try #require(released.history[number].point)
      let changes = front.map { parent in
        Set(parent.keys).union(point.keys).count { key in
          guard let a = parent[key], let b = point[key] else { return false }
          return a != b
        }
      }
      #expect(try #require(changes.min()) <= 1)
    }
    // A fresh instance replays the walks and answers the same.
    let fresh = try StrategyRegistry.make(
      "autopeft", space: space, seed: 5, settings: settings, plannedTrials: 24)
    let answers = try [released.strategy, fresh].map {
      try $0.ask(count: 1, history: released.history).map(\.candidate)
    }
    #expect(answers[0] == answers[1])
  }

  /// Results of the running batch change nothing.
  @Test func aBatchSeesOnlyEarlierBatches() throws {
    let space = try TestSpaces.space(TestSpaces.costly)
    var study = SimulatedStudy(
      strategy: try StrategyLawTests.make("autopeft", space: space, seed: 2),
      objective: TestObjectives.layered, noise: 0.02, seed: 2)
    try study.run(until: 18)
    let modelled = study.history.count { $0.origin == .model }
    #expect(modelled % 4 == 2)
    var open = study.history
    for index in 16..<18 {
      open[index].state = .running
      open[index].score = nil
    }
    let answers = try [study.history, open].map {
      try study.strategy.ask(count: 2, history: $0).map(\.candidate)
    }
    #expect(answers[0] == answers[1])
  }
}
