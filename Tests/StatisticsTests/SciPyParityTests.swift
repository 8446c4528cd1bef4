import LinearAlgebra
import Statistics
import Testing

/// Numbers of SciPy, statsmodels and scikit-learn.
@Suite struct SciPyParityTests {
  let fixture = try? StatisticsFixture.read()

  private func near(_ a: Double, _ b: Double, _ tolerance: Double = 1e-10) -> Bool {
    abs(a - b) <= tolerance * max(1, abs(b))
  }

  @Test func theFixtureNamesItsVersions() throws {
    #expect(Set(try #require(fixture).versions.keys).isSuperset(of: ["scipy", "statsmodels"]))
  }

  @Test func pairedTests() throws {
    let key = RandomKey(seed: 1)
    for row in try #require(fixture).paired {
      #expect(near(HodgesLehmann.estimate(row.differences), row.hodgesLehmann), "\(row.name)")
      let wilcoxon = WilcoxonSignedRank(row.differences)
      #expect(near(wilcoxon.statistic, row.wilcoxonStatistic), "\(row.name)")
      #expect(near(wilcoxon.pValue, row.wilcoxonP), "\(row.name)")
      let equivalence = try #require(EquivalenceTest(row.differences, margin: row.margin))
      #expect(near(equivalence.pValue, row.tostP), "\(row.name)")
      #expect(near(equivalence.interval.lower, row.lower90), "\(row.name)")
      #expect(near(equivalence.interval.upper, row.upper90), "\(row.name)")
      #expect(equivalence.isEquivalent == (row.tostP < 0.05), "\(row.name)")
      let share = BinomialInterval(successes: Double(row.positive), of: row.differences.count)
      #expect(near(share.lower, row.positiveShareInterval[0]), "\(row.name)")
      #expect(near(share.upper, row.positiveShareInterval[1]), "\(row.name)")
      let ahead = ProbabilityOfImprovement.interval(row.differences)
      #expect(near(ahead.share * Double(ahead.count), row.winsWithHalfTies), "\(row.name)")
      if let exact = row.signFlipP {
        let test = SignFlipTest(row.differences, key: key)
        #expect(test.isExact && near(test.pValue, exact), "\(row.name): \(test.pValue) \(exact)")
      }
    }
  }

  /// SciPy's interval has 200,000 resamples; its own error and ours are below a hundredth here.
  @Test func acceleratedBootstrap() throws {
    let row = try #require(fixture).bca
    let bootstrap = Bootstrap(
      row.values, resamples: 40_000, key: RandomKey(seed: 3), statistic: SampleSummary.mean)
    for (level, interval) in row.intervals {
      let ours = bootstrap.accelerated(level: try #require(Double(level)))
      #expect(abs(ours.lower - interval[0]) < 0.02, "\(level): \(ours.lower) \(interval[0])")
      #expect(abs(ours.upper - interval[1]) < 0.02, "\(level): \(ours.upper) \(interval[1])")
    }
  }

  @Test func friedman() throws {
    for row in try #require(fixture).friedman {
      let test = try #require(FriedmanTest(row.scores))
      #expect(near(test.statistic, row.statistic))
      #expect(near(test.pValue, row.p))
    }
  }

  @Test func rankCorrelations() throws {
    let row = try #require(fixture).correlation
    #expect(near(try #require(RankCorrelation.kendall(row.x, row.y)), row.kendall))
    #expect(near(try #require(RankCorrelation.spearman(row.x, row.y)), row.spearman))
    #expect(RankCorrelation.kendall([1, 1, 1], [1, 2, 3]) == nil)
  }

  @Test func holm() throws {
    let row = try #require(fixture).holm
    for (ours, theirs) in zip(HolmAdjustment.adjusted(row.p), row.adjusted) {
      #expect(near(ours, theirs))
    }
  }

  @Test func clopperPearson() throws {
    for row in try #require(fixture).clopperPearson {
      let interval = BinomialInterval(successes: Double(row.successes), of: row.count)
      #expect(near(interval.lower, row.interval[0]) && near(interval.upper, row.interval[1]))
    }
  }

  @Test func distributions() throws {
    let fixture = try #require(fixture)
    for row in fixture.student {
      let student = StudentDistribution(degrees: row.degrees)
      #expect(near(student.quantile(row.p), row.quantile, 1e-9), "t(\(row.degrees))")
      #expect(near(student.cumulative(row.t), row.cumulative), "t(\(row.degrees))")
    }
    for row in fixture.normal {
      #expect(near(NormalDistribution.quantile(row.p), row.quantile, 1e-9), "\(row.p)")
    }
    for row in fixture.chiSquare {
      let upper = ChiSquareDistribution(degrees: row.degrees).upperTail(row.x)
      #expect(near(upper, row.upper, 1e-10) && abs(upper / row.upper - 1) < 1e-9)
    }
  }

  @Test func ridge() throws {
    let row = try #require(fixture).ridge
    let fit = try #require(
      RidgeRegression(rows: row.rows, targets: row.targets, penalty: row.penalty))
    #expect(near(fit.intercept, row.intercept, 1e-9))
    for (ours, theirs) in zip(fit.coefficients, row.coefficients) {
      #expect(near(ours, theirs, 1e-9))
    }
  }
}
