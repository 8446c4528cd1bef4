import LinearAlgebra
import SearchSpaces
import Testing

@testable import SearchStrategies

struct HalvingStrategyTests {
  /// Nine epochs, so that η = 3 has the rungs 1, 3, 9.
  static let space = """
    version: 1
    references: off
    groups: {pattern: uniform, count: 2}
    methods:
      lora: {targets: {subset: [query, value, output], min: 1}, rank: {ordinal: [1, 2, 4, 8, 16]}}
      bitfit: {}
    each-group: {subset: [lora, bitfit], min: 1}
    training: {epochs: 9, learning-rate: {float: [1e-4, 1e-2], log: true}}
    """

  static func strategy(
    _ settings: [String: ParameterValue] = [:], seed: UInt64 = 4
  ) throws -> (SearchSpace, any SearchStrategy) {
    let space = try TestSpaces.space(space)
    return (
      space,
      try StrategyRegistry.make(
        "halving", space: space, seed: seed, settings: settings, plannedTrials: 60)
    )
  }

  /// A study whose scores grow with the epochs, each candidate's to its own height.
  static func study(_ count: Int, noise: Double = 0) throws -> [Trial] {
    let (_, strategy) = try strategy()
    var history: [Trial] = []
    while history.count < count, let next = try strategy.ask(count: 1, history: history).first {
      let configuration = next.candidate.configuration
      let epochs = next.fidelity?.epochs ?? configuration.training.epochs
      var source = CounterRandom(RandomKey(seed: 9).derived(history.count))
      let height = TestObjectives.layered(configuration) ?? 0
      history.append(
        Trial(
          number: history.count + 1, state: .complete, origin: next.origin, point: next.point,
          configuration: configuration, costs: next.candidate.costs,
          score: height - 1 / Double(epochs) + noise * source.normal(), fidelity: next.fidelity))
    }
    return history
  }

  @Test func rungsAreSharesOfTheEpochs() {
    let ladder = RungLadder(reduction: 3, count: 3)
    #expect((0...2).map { ladder.epochs($0, of: 9) } == [1, 3, 9])
    #expect((0...2).map { ladder.epochs($0, of: 20) } == [3, 7, 20])
    #expect([1, 2, 3, 8, 9, 30].map { ladder.first(of: $0) } == [2, 2, 1, 1, 0, 0])
    let two = RungLadder(reduction: 2, count: 4)
    #expect((1...3).map { two.epochs($0, of: 5) } == [2, 3, 5] && two.first(of: 5) == 1)
  }

  /// Every rung of every ladder is told from its epochs, and rises.
  @Test func rungsAreFoundAgainByTheirEpochs() throws {
    let (space, _) = try Self.strategy()
    let middle = space.dimensions.map { _ in 0.5 }
    let candidate = try #require(space.feasibleCandidate(at: space.point(fromUnit: middle)))
    for reduction in 2...5 {
      for count in 1...6 {
        let ladder = RungLadder(reduction: reduction, count: count)
        for total in 1...70 {
          let rungs = Array(ladder.first(of: total)...ladder.top)
          let epochs = rungs.map { ladder.epochs($0, of: total) }
          #expect(epochs.last == total && epochs.first ?? 0 >= 1)
          #expect(zip(epochs, epochs.dropFirst()).allSatisfy { $0 < $1 })
          var configuration = candidate.configuration
          configuration.training.epochs = total
          for (rung, epoch) in zip(rungs, epochs) {
            let trial = Trial(
              number: 1, state: .running, origin: .initial, point: nil,
              configuration: configuration, costs: candidate.costs,
              fidelity: Fidelity(epochs: epoch))
            #expect(ladder.rung(of: trial) == rung)
            #expect(trial.isPartial == (rung < ladder.top))
          }
        }
      }
    }
  }

  /// A third of each rung goes up, each once, from a trial that has a score; every training is new.
  @Test func promotionsKeepTheQuota() throws {
    let history = try Self.study(60)
    #expect(history.count == 60)
    #expect(Set(history.map(\.trainingIdentity)).count == 60)
    let parents = history.compactMap { $0.fidelity?.continues }
    #expect(Set(parents).count == parents.count && parents.count > 12)
    for trial in history {
      guard let below = trial.fidelity?.continues.map({ history[$0 - 1] }) else {
        #expect(trial.fidelity == Fidelity(epochs: 1))
        continue
      }
      #expect(below.number < trial.number && below.configuration == trial.configuration)
      #expect(trial.fidelity?.epochs == 3 * (below.fidelity?.epochs ?? 0))
      let earlier = history.prefix(trial.number - 1)
      let rung = earlier.filter { $0.fidelity?.epochs == below.fidelity?.epochs }
      let promoted = earlier.count {
        $0.fidelity?.continues.map { history[$0 - 1].fidelity?.epochs } == below.fidelity?.epochs
      }
      #expect(promoted < rung.count / 3)
    }
    #expect(history.contains { !$0.isPartial })
  }

  /// With noise on the lower rungs, the promoted are the good ones all the same.
  @Test func promotedTrialsAreBetterThanTheOthers() throws {
    let history = try Self.study(80, noise: 0.05)
    let parents = Set(history.compactMap { $0.fidelity?.continues })
    let lowest = history.filter { $0.fidelity == Fidelity(epochs: 1) }
    func mean(_ trials: [Trial]) -> Double {
      trials.reduce(0) { $0 + (TestObjectives.layered($1.configuration) ?? 0) }
        / Double(trials.count)
    }
    let up = mean(lowest.filter { parents.contains($0.number) })
    let down = mean(lowest.filter { !parents.contains($0.number) })
    #expect(up > down + 0.1)
  }

  /// What a rung brings is taken from the trials that went on, and added to those that did not.
  @Test func scoresAreBroughtToOneLevel() throws {
    let history = try Self.study(60)
    let levelled = RungHistory(history, ladder: RungLadder(reduction: 3, count: 3)).levelled
    for (trial, raised) in zip(history, levelled) {
      let height = (TestObjectives.layered(trial.configuration) ?? 0) - 1.0 / 9
      #expect(abs((raised.score ?? 0) - height) < 1e-12)
    }
  }

  /// One rung is the strategy `bayes`.
  @Test func oneRungIsTheModelAlone() throws {
    let space = try TestSpaces.space(Self.space)
    let names: [(String, [String: ParameterValue])] = [
      ("halving", ["rungs": .integer(1)]), ("bayes", [:]),
    ]
    let histories = try names.map { name, settings in
      var study = SimulatedStudy(
        strategy: try StrategyRegistry.make(
          name, space: space, seed: 2, settings: settings, plannedTrials: 20),
        objective: TestObjectives.layered, noise: 0.05, seed: 2)
      try study.run(until: 16)
      return study.history
    }
    #expect(histories[0] == histories[1])
  }

  /// At equal epochs of training it finds better whole trainings than `bayes` where low rungs tell.
  @Test func halvingSavesEpochs() throws {
    var better = 0
    for seed: UInt64 in 1...5 {
      let space = try TestSpaces.space(Self.space)
      var bayes = SimulatedStudy(
        strategy: try StrategyRegistry.make("bayes", space: space, seed: seed, plannedTrials: 20),
        objective: TestObjectives.layered, seed: seed)
      try bayes.run(until: 16)
      let (_, strategy) = try Self.strategy(seed: seed)
      var history: [Trial] = []
      var spent = 0
      while let next = try strategy.ask(count: 1, history: history).first {
        let below = next.fidelity?.continues.flatMap { history[$0 - 1].fidelity?.epochs } ?? 0
        spent += (next.fidelity?.epochs ?? 9) - below
        if spent > 9 * 16 { break }
        let height = TestObjectives.layered(next.candidate.configuration) ?? 0
        history.append(
          Trial(
            number: history.count + 1, state: .complete, origin: next.origin, point: next.point,
            configuration: next.candidate.configuration, costs: next.candidate.costs,
            score: height - 1 / Double(next.fidelity?.epochs ?? 9), fidelity: next.fidelity))
      }
      let found =
        history.filter { !$0.isPartial }
        .compactMap { TestObjectives.layered($0.configuration) }.max() ?? -.infinity
      if found >= bayes.best(after: 16) { better += 1 }
    }
    #expect(better >= 3)
  }
}
