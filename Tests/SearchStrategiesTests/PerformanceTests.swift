import Foundation
import SearchSpaces
import SearchStrategies
import Testing

extension Tag {
  /// Longer than a few seconds; runs where AUTOPEFT_SLOW_TESTS is set.
  @Tag static var slow: Tag
}

/// Whether a model is worth having: mean regret against random search from the same start.
struct PerformanceTests {
  static let runsSlowTests = ProcessInfo.processInfo.environment["AUTOPEFT_SLOW_TESTS"] != nil
  #if DEBUG
    static let isRelease = false
  #else
    static let isRelease = true
  #endif

  struct Problem: Sendable, CustomTestStringConvertible {
    let name: String
    let space: String
    let objective: SimulatedStudy.Objective
    let noise: Double
    var testDescription: String { name }
  }

  static let problems = [
    Problem(
      name: "layered", space: TestSpaces.discrete, objective: TestObjectives.layered, noise: 0.05),
    Problem(
      name: "categorical", space: TestSpaces.discrete, objective: TestObjectives.categorical,
      noise: 0.1),
    Problem(
      name: "failing", space: TestSpaces.discrete, objective: TestObjectives.failing, noise: 0.05),
  ]

  static let slowProblems = [
    Problem(
      name: "mixed layered", space: TestSpaces.mixed, objective: TestObjectives.layered,
      noise: 0.05),
    Problem(
      name: "mixed categorical", space: TestSpaces.mixed, objective: TestObjectives.categorical,
      noise: 0.1),
    Problem(
      name: "limited", space: TestSpaces.limited, objective: TestObjectives.layered, noise: 0.05),
  ]

  /// Mean best noise-free value after each number of trials, over seeds, for one strategy.
  private func means(
    _ strategy: String, _ problem: Problem, seeds: Int, trials: Int, marks: [Int]
  ) throws -> [Double] {
    let space = try TestSpaces.space(problem.space)
    var sums = marks.map { _ in 0.0 }
    for seed in 0..<seeds {
      var study = SimulatedStudy(
        strategy: try StrategyRegistry.make(
          strategy, space: space, seed: UInt64(seed), plannedTrials: trials),
        objective: problem.objective, noise: problem.noise, seed: UInt64(seed))
      try study.run(until: trials)
      for (index, mark) in marks.enumerated() { sums[index] += study.best(after: mark) }
    }
    return sums.map { $0 / Double(seeds) }
  }

  private func compare(_ problem: Problem, seeds: Int, trials: Int, marks: [Int]) throws {
    let bayes = try means("bayes", problem, seeds: seeds, trials: trials, marks: marks)
    let random = try means("random", problem, seeds: seeds, trials: trials, marks: marks)
    for (index, mark) in marks.enumerated() {
      print(
        "\(problem.name), \(mark) trials, \(seeds) seeds: bayes "
          + String(format: "%.4f, random %.4f", bayes[index], random[index]))
      #expect(bayes[index] >= random[index])
    }
    #expect(try #require(bayes.last) > #require(random.last))
  }

  @Test(.enabled(if: isRelease, "too long without optimisation"), arguments: problems)
  func bayesBeatsRandomOnAverage(problem: Problem) throws {
    try compare(problem, seeds: 20, trials: 30, marks: [20, 25, 30])
  }

  @Test(
    .tags(.slow), .enabled(if: isRelease && runsSlowTests, "set AUTOPEFT_SLOW_TESTS"),
    arguments: slowProblems)
  func bayesBeatsRandomInLargeSpaces(problem: Problem) throws {
    try compare(problem, seeds: 20, trials: 40, marks: [20, 25, 30, 35, 40])
  }

  /// Processor time of this thread: other work on the machine does not count.
  private static var threadSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }

  @Test(
    .enabled(if: isRelease, "timings are of the optimised build"), arguments: ShippedSpaces.names)
  func shippedSpacesAreQuickToo(name: String) throws {
    try timeProposal(in: ShippedSpaces.space(name), name, objective: TestObjectives.size)
  }

  /// One proposal after a hundred trials, listed and climbed; printed.
  @Test(
    .enabled(if: isRelease && runsSlowTests, "optimised, with AUTOPEFT_SLOW_TESTS set"),
    arguments: ["discrete", "mixed", "limited", "grouped"])
  func aProposalAfterAHundredTrialsTakesWellUnderASecond(name: String) throws {
    try timeProposal(
      in: TestSpaces.space(#require(StrategyLawTests.spaces[name])), name,
      objective: TestObjectives.layered)
  }

  private func timeProposal(
    in space: SearchSpace, _ name: String, objective: @escaping SimulatedStudy.Objective
  ) throws {
    var study = SimulatedStudy(
      strategy: try StrategyRegistry.make("random", space: space, seed: 1), objective: objective,
      noise: 0.05, seed: 1)
    try study.run(until: 100)
    let strategy = try StrategyRegistry.make("bayes", space: space, seed: 1)
    // The listing of a small space is made once.
    var start = Self.threadSeconds
    _ = try strategy.ask(count: 1, history: study.history)
    let first = Self.threadSeconds - start
    start = Self.threadSeconds
    let proposals = try strategy.ask(count: 1, history: study.history)
    let seconds = Self.threadSeconds - start
    #expect(proposals.map(\.origin) == [.model])
    print(
      "proposal after 100 trials, \(name), \(space.dimensions.count) dimensions: "
        + String(format: "%.3f s of processor time, the first %.3f s", seconds, first))
    #expect(seconds < 0.5)
  }
}
