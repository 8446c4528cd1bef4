import Foundation
import LinearAlgebra
import SearchSpaces
import SearchStrategies
import Testing

/// Histories that break models: every registered strategy still gives a sensible proposal.
struct StrategyRobustnessTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let strategy: String
    let space: String
    var testDescription: String { "\(strategy) on \(space)" }
  }

  static let spaces = ["discrete": TestSpaces.discrete, "costly": TestSpaces.costly]

  static let cases: [Case] = StrategyRegistry.members.flatMap { member in
    spaces.keys.sorted().map { Case(strategy: member.name, space: $0) }
  }

  /// A history of random points with made-up scores.
  private func history(
    _ space: SearchSpace, count: Int, origin: TrialOrigin = .initial,
    score: (Int) -> Double?
  ) throws -> [Trial] {
    var source = CounterRandom(RandomKey(seed: 77))
    var trials: [Trial] = []
    while trials.count < count {
      guard let candidate = try? space.candidate(at: space.sample(using: &source)) else {
        continue
      }
      let value = score(trials.count)
      trials.append(
        Trial(
          number: trials.count + 1, state: value == nil ? .failed : .complete, origin: origin,
          point: candidate.point, configuration: candidate.configuration, costs: candidate.costs,
          score: value))
    }
    return trials
  }

  /// Two proposals, valid, new and distinct.
  private func check(_ item: Case, _ make: (SearchSpace) throws -> [Trial]) throws {
    let space = try TestSpaces.space(#require(Self.spaces[item.space]))
    let history = try make(space)
    let strategy = try StrategyLawTests.make(item.strategy, space: space, seed: 1)
    let proposals = try strategy.ask(count: 2, history: history)
    #expect(proposals.count == 2)
    var known = Set(history.map(\.trainingIdentity))
    for proposal in proposals {
      let candidate = try space.candidate(at: proposal.candidate.point)
      #expect(candidate.configuration == proposal.candidate.configuration)
      #expect(known.insert(proposal.trainingIdentity).inserted)
    }
  }

  @Test(arguments: cases)
  func constantScores(item: Case) throws {
    try check(item) { try history($0, count: 30) { _ in 0.7 } }
  }

  @Test(arguments: cases, [0, 1, 2])
  func hardlyAnyTrial(item: Case, count: Int) throws {
    try check(item) { try history($0, count: count) { Double($0) } }
  }

  /// The same points many times, with different scores.
  @Test(arguments: cases)
  func duplicates(item: Case) throws {
    try check(item) { space in
      let few = try history(space, count: 3) { Double($0) }
      return (0..<40).map { index in
        var trial = few[index % 3]
        trial.number = index + 1
        trial.score = Double(index % 7)
        return trial
      }
    }
  }

  @Test(arguments: cases, [1e12, 1e300, -1e12, 1e-12])
  func extremeScores(item: Case, scale: Double) throws {
    try check(item) { try history($0, count: 30) { scale * (1 + Double($0 % 5) / 7) } }
    try check(item) { try history($0, count: 30) { $0 == 4 ? scale : Double($0 % 3) } }
  }

  /// Only the learning rate varies.
  @Test(arguments: cases)
  func aColumnWithoutVariation(item: Case) throws {
    try check(item) { space in
      let trials = try history(space, count: 400) { sin(Double($0)) }
      let same = trials.filter { trial in
        trial.configuration.groups.allSatisfy { $0.methods.map(\.name) == ["bitfit"] }
      }
      #expect(same.count >= 2)
      return Array(same.prefix(30))
    }
  }

  @Test(arguments: cases)
  func allTrialsFailed(item: Case) throws {
    try check(item) { try history($0, count: 30) { _ in nil } }
  }

  @Test(arguments: cases)
  func twoScoresAmongFailures(item: Case) throws {
    try check(item) { try history($0, count: 30) { $0 % 15 == 3 ? 0.5 : nil } }
  }

  /// Strategies that draw hyper-parameters from their posterior need a minute for a long history.
  static let samplers: Set = ["saas", "autopeft"]
  static let areMinutesAskedFor =
    ProcessInfo.processInfo.environment["AUTOPEFT_SLOW_TESTS"] != nil

  @Test(arguments: cases.filter { !samplers.contains($0.strategy) })
  func twoThousandTrials(item: Case) throws {
    try checkLongHistory(item)
  }

  @Test(
    .enabled(if: areMinutesAskedFor, "set AUTOPEFT_SLOW_TESTS"),
    arguments: cases.filter { samplers.contains($0.strategy) })
  func twoThousandTrialsWithSampledHyperparameters(item: Case) throws {
    try checkLongHistory(item)
  }

  private func checkLongHistory(_ item: Case) throws {
    try check(item) { space in
      try history(space, count: 2000, origin: .initial) { sin(Double($0)) }
    }
  }
}
