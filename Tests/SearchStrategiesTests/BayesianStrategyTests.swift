import Foundation
import GaussianProcesses
import LinearAlgebra
import SearchSpaces
import Testing

@testable import SearchStrategies

struct BayesianStrategyTests {
  @Test(arguments: [
    (3, nil as Int?, 10), (8, nil, 16), (40, nil, 20), (8, 40, 10), (40, 400, 80), (40, 12, 5),
    (2, 200, 10),
  ])
  func initialDesignSize(dimensions: Int, planned: Int?, expected: Int) {
    #expect(
      ProposalLoop.initialCount(asked: 0, dimensions: dimensions, plannedTrials: planned)
        == expected)
    #expect(
      ProposalLoop.initialCount(asked: 7, dimensions: dimensions, plannedTrials: planned) == 7)
  }

  @Test func initialDesignIsThatOfRandom() throws {
    let space = try TestSpaces.space(TestSpaces.mixed)
    let (bayes, random) = try (
      StrategyRegistry.make("bayes", space: space, seed: 4, settings: ["initial": .integer(9)]),
      StrategyRegistry.make("random", space: space, seed: 4)
    )
    let designs = try [bayes, random].map {
      try $0.ask(count: 9, history: []).map(\.candidate.configuration)
    }
    #expect(designs[0] == designs[1] && designs[0].count == 9)
  }

  /// The initial design goes on while fewer than two scores are in, the model takes over then.
  @Test func modelTakesOverAfterTheInitialDesign() throws {
    let space = try TestSpaces.space(TestSpaces.discrete)
    var study = SimulatedStudy(
      strategy: try StrategyRegistry.make(
        "bayes", space: space, seed: 4, settings: ["initial": .integer(6)]),
      objective: TestObjectives.layered, seed: 4)
    try study.run(until: 9)
    #expect(
      study.history.map(\.origin) == Array(repeating: .initial, count: 6) + [
        .model, .model, .model,
      ])
    let unfinished = study.history.map { trial in
      var open = trial
      open.state = .running
      open.score = nil
      return open
    }
    #expect(try study.strategy.ask(count: 1, history: unfinished).map(\.origin) == [.initial])
  }

  /// Trials of other origins teach the model when they have a point.
  @Test func referencesWithAPointAreLearnedFrom() throws {
    let space = try TestSpaces.space(TestSpaces.discrete)
    let strategy = try StrategyRegistry.make(
      "bayes", space: space, seed: 4, settings: ["initial": .integer(6)])
    var study = SimulatedStudy(strategy: strategy, objective: TestObjectives.layered, seed: 4)
    try study.run(until: 8)
    var without = study.history
    without[7].origin = .reference
    without[7].point = nil
    var with = study.history
    with[7].origin = .reference
    let view = try (HistoryView(with, space: space), HistoryView(without, space: space))
    #expect(view.0.observed.count == 8 && view.1.observed.count == 7)
    #expect(view.0.identities == view.1.identities)
  }

  @Test func pendingPointsAreNotProposedAgainNorCrowded() throws {
    let space = try TestSpaces.space(TestSpaces.mixed)
    var study = SimulatedStudy(
      strategy: try StrategyRegistry.make("bayes", space: space, seed: 9, plannedTrials: 40),
      objective: TestObjectives.layered, seed: 9)
    try study.run(until: 16)
    let batch = try study.strategy.ask(count: 6, history: study.history)
    #expect(Set(batch.map(\.candidate.configuration.identity)).count == 6)
    #expect(batch.allSatisfy { $0.origin == .model })
    // Six copies of one structure at six learning rates would be a crowd.
    let structures = Set(batch.map { $0.candidate.configuration.groups })
    #expect(structures.count >= 3)
  }

  @Test func failedRegionsAreLeft() throws {
    let space = try TestSpaces.space(TestSpaces.discrete)
    var study = SimulatedStudy(
      strategy: try StrategyRegistry.make("bayes", space: space, seed: 1, plannedTrials: 40),
      objective: TestObjectives.failing, seed: 1)
    try study.run(until: 40)
    // A fifth of the space fails; the model must learn to avoid it.
    let modelled = study.history.filter { $0.origin == .model }
    let failures = modelled.count { $0.state == .failed }
    #expect(Double(failures) < 0.1 * Double(modelled.count) + 2)
  }

  /// The listing and the climbs look for the same maximum.
  @Test func climbsComeNearTheListedMaximum() throws {
    let space = try TestSpaces.space(TestSpaces.discrete)
    let encoder = PointEncoder(space)
    let objectives = KnownObjectives(space)
    let listing = try #require(try Listing(encoder, objectives: objectives, limit: 20_000))
    #expect(try Listing(encoder, objectives: objectives, limit: 10) == nil)
    var hits = 0
    for seed in 0..<10 {
      var study = SimulatedStudy(
        strategy: try StrategyRegistry.make("random", space: space, seed: UInt64(seed)),
        objective: TestObjectives.layered, noise: 0.05, seed: UInt64(seed))
      try study.run(until: 20)
      let view = try HistoryView(study.history, space: space)
      let surrogate = try Surrogate(
        TrainingSet(
          view, encoder: encoder, objectives: objectives, transform: .standardize, limit: 600,
          seed: UInt64(seed)), inference: .maximumAPosteriori, seed: UInt64(seed))
      let key = RandomKey(seed: UInt64(seed))
      let search = AcquisitionSearch(
        space: space, encoder: encoder,
        acquisition: try surrogate.acquisition(
          pending: encoder.inputs([]), pendingKnown: [], key: key),
        objectives: objectives, used: view.identities, climbs: 8, key: key)
      let (whole, climbed) = try (search.best(of: listing), search.best(near: view.points))
      let (top, reached) = try (#require(whole), #require(climbed))
      #expect(reached.value <= top.value + 1e-9)
      #expect(reached.value > top.value - 0.5)
      if reached.value > top.value - 1e-6 { hits += 1 }
    }
    #expect(hits >= 8)
  }
}
