import Statistics
import Testing

@Suite struct PairedDifferenceTests {
  /// 40 pairs: 20 both right, 9 only first, 3 only second, 8 none.
  private static let first =
    Array(repeating: 1.0, count: 29) + Array(repeating: 0, count: 11)
  private static let second =
    Array(repeating: 1.0, count: 20) + Array(repeating: 0, count: 9)
    + Array(repeating: 1, count: 3) + Array(repeating: 0, count: 8)

  @Test func rightAndWrongUseTheAdjustedInterval() throws {
    let difference = PairedDifference(Self.first, Self.second)
    #expect(difference.count == 40)
    #expect(difference.onlyFirst == 9)
    #expect(difference.onlySecond == 3)
    #expect(abs(difference.mean - 0.15) < 1e-15)
    // (9.5 − 3.5) / 42 ± 1.96 · √((13/42 − (6/42)²) / 42), by hand.
    let lower = try #require(difference.lower)
    let upper = try #require(difference.upper)
    #expect(abs(lower - -0.0197574) < 1e-6)
    #expect(abs(upper - 0.3054717) < 1e-6)
    #expect(!difference.isClear)
  }

  @Test func equalPredictionsGiveNoFalseCertainty() throws {
    let difference = PairedDifference([1, 0, 1, 1], [1, 0, 1, 1])
    #expect(difference.mean == 0)
    #expect(try #require(difference.upper) > 0.2)
    #expect(try #require(difference.lower) < -0.2)
  }

  @Test func theIntervalIsSymmetricInItsArguments() {
    let a = PairedDifference(Self.first, Self.second)
    let b = PairedDifference(Self.second, Self.first)
    #expect(a.mean == -b.mean)
    #expect(a.lower == b.upper.map { -$0 })
  }

  @Test func realScoresUseStudentsInterval() throws {
    let difference = PairedDifference([0.80, 0.82, 0.85, 0.79], [0.75, 0.80, 0.81, 0.78])
    // Differences 0.05, 0.02, 0.04, 0.01: mean 0.03, s = 0.0182574, t(3) = 3.1824.
    #expect(abs(difference.mean - 0.03) < 1e-12)
    #expect(abs(try #require(difference.lower) - 0.0009485) < 1e-6)
    #expect(abs(try #require(difference.upper) - 0.0590515) < 1e-6)
    #expect(difference.onlyFirst == nil)
    #expect(difference.isClear)
  }

  @Test func onePairHasNoInterval() {
    let difference = PairedDifference([0.5], [0.25])
    #expect(difference.mean == 0.25)
    #expect(difference.lower == nil)
    #expect(!difference.isClear)
  }
}
