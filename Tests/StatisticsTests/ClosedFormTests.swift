import Foundation
import LinearAlgebra
import Statistics
import Testing

/// Closed forms and laws.
@Suite struct ClosedFormTests {
  private let key = RandomKey(seed: 11)

  @Test func expectedBestIsTheMeanOfTheMaximum() {
    let scores = [0.3, 0.1, 0.7, 0.4]
    #expect(abs(ExpectedBest.value(scores, draws: 1) - 0.375) < 1e-15)
    // All 16 pairs of draws with replacement.
    var sum = 0.0
    for a in scores { for b in scores { sum += max(a, b) } }
    #expect(abs(ExpectedBest.value(scores, draws: 2) - sum / 16) < 1e-15)
    #expect(abs(ExpectedBest.value(scores, draws: 10_000) - 0.7) < 1e-9)
  }

  @Test func expectedBestRisesWithItsBand() {
    var random = CounterRandom(key)
    let scores = (0..<40).map { _ in random.normal() }
    let curve = ExpectedBest(scores, key: key.derived("curve")).points
    #expect(curve.map(\.draws) == [1, 2, 4, 8, 16, 32])
    for (one, next) in zip(curve, curve.dropFirst()) {
      #expect(one.interval.estimate < next.interval.estimate)
    }
    #expect(curve.allSatisfy { $0.interval.lower <= $0.interval.estimate })
    #expect(curve.allSatisfy { $0.interval.upper >= $0.interval.estimate })
  }

  /// The half-widths and thresholds of S4's dossier: 0.240, 0.136; 0.192.
  @Test func distributionBands() {
    let hundred = EmpiricalDistribution((0..<100).map(Double.init))
    #expect(abs(hundred.halfWidth() - 0.1358) < 1e-4)
    #expect(abs(EmpiricalDistribution(Array(repeating: 0, count: 32)).halfWidth() - 0.2401) < 1e-4)
    #expect(hundred(-1) == 0 && hundred(49) == 0.5 && hundred(99) == 1)
    let shifted = EmpiricalDistribution((30..<130).map(Double.init))
    let gap = hundred.distance(to: shifted)
    #expect(abs(gap.distance - 0.3) < 1e-12)
    #expect(abs(gap.threshold - 0.1921) < 1e-4)
  }

  @Test func signFlipCountsEveryPattern() {
    // |±1 ±2 ±3| ≥ 6 in 2 of 8 patterns, ≥ 4 in 4, ≥ 0 in 8.
    #expect(SignFlipTest([1, 2, 3], key: key).pValue == 0.25)
    #expect(SignFlipTest([-1, 2, 3], key: key).pValue == 0.5)
    #expect(SignFlipTest([1, 2, -3], key: key).pValue == 1)
    #expect(SignFlipTest([0, 0], key: key).pValue == 1)
    let nine = SignFlipTest(Array(repeating: 1, count: 9) + [0], key: key)
    #expect(nine.pValue == pow(2, -8) && nine.informative == 9 && nine.isExact)
  }

  @Test func sampledSignFlipsAgreeWithTheCount() {
    var random = CounterRandom(key)
    let differences = (0..<14).map { _ in random.normal() + 0.4 }
    let exact = SignFlipTest(differences, key: key)
    let sampled = SignFlipTest(differences, flips: 40_000, exactLimit: 0, key: key)
    #expect(exact.isExact && !sampled.isExact)
    #expect(abs(exact.pValue - sampled.pValue) < 0.01)
    let other = SignFlipTest(differences, flips: 40_000, exactLimit: 0, key: key)
    #expect(sampled == other)
  }

  @Test func hodgesLehmannResistsOneWildValue() {
    #expect(HodgesLehmann.estimate([5]) == 5)
    #expect(HodgesLehmann.estimate([1, 2, 4]) == 2.25)
    #expect(HodgesLehmann.estimate([1, 2, 3, 4, 1_000_000]) < 4)
  }

  /// Equal values: every interval is that value.
  @Test func bootstrapOfAConstantIsAPoint() {
    let bootstrap = Bootstrap([0.5, 0.5, 0.5], key: key, statistic: SampleSummary.mean)
    let interval = bootstrap.accelerated()
    #expect(interval.lower == 0.5 && interval.upper == 0.5 && interval.excludesZero)
    #expect(Bootstrap([2], key: key, statistic: SampleSummary.mean).accelerated().estimate == 2)
  }

  /// RegNet's bootstrap on a peak at 7 finds 7.
  @Test func likelyBestRangeFindsThePeak() throws {
    var random = CounterRandom(key)
    let values = (0..<200).map { _ in random.uniform(0, 10) }
    let scores = values.map { -($0 - 7) * ($0 - 7) }
    let range = try #require(LikelyBestRange(values: values, scores: scores, key: key))
    #expect(range.lower > 6 && range.upper < 8 && abs(range.median - 7) < 0.3)
    #expect(LikelyBestRange(values: [1], scores: [1], key: key) == nil)
  }

  @Test func blocksNeededFollowTheNormalFormula() {
    // (1.95996 + 0.84162)² · (4 / 1.2)² = 87.2.
    #expect(SampleSizePlan.blocks(deviation: 4, effect: 1.2, level: 0.05) == 88)
    #expect(SampleSizePlan.blocks(deviation: 0, effect: 1, level: 0.05) == 6)
    #expect(SampleSizePlan.blocks(deviation: 0, effect: 1, level: 0.005) == 9)
  }

  @Test func summaryOfScores() throws {
    let summary = try #require(SampleSummary([3, 1, 2, 4]))
    #expect(summary.mean == 2.5 && summary.median == 2.5 && summary.minimum == 1)
    #expect(abs(summary.lowerDecile - 1.3) < 1e-12)
    #expect(abs(try #require(summary.deviation) - (5.0 / 3).squareRoot()) < 1e-12)
    #expect(SampleSummary([]) == nil)
    #expect(SampleSummary([1])?.deviation == nil)
  }

  @Test func friedmanRanksTheHighestFirst() throws {
    let test = try #require(FriedmanTest([[3, 2, 1], [6, 5, 4], [9, 8, 7]]))
    #expect(test.meanRanks == [1, 2, 3])
    #expect(test.statistic == 6)
    // 2.343 √(3 · 4 / 18).
    #expect(abs(try #require(test.criticalDifference) - 1.9130) < 1e-4)
    #expect(FriedmanTest([[1, 2]]) == nil)
  }
}
