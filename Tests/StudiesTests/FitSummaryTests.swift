import SearchSpaces
import Testing

@testable import Studies

struct FitSummaryTests {
  private func fit(
    _ rHat: Double?, _ divergences: Int = 0, draws effective: Double? = 20
  ) -> FitDiagnostics {
    FitDiagnostics(rHat: rHat, effectiveDraws: effective, divergences: divergences, draws: 64)
  }

  @Test func nothingToSayWithoutChains() {
    #expect(FitSummary([:]) == nil)
  }

  @Test func soundFitsHaveNoWarning() throws {
    let summary = try #require(FitSummary([4: fit(1.05), 5: fit(nil), 6: fit(1.01, draws: 9.5)]))
    #expect(summary.warning == nil && summary.doubtful == 0 && summary.fits == 3)
    #expect(summary.worst == FitSummary.Worst(trial: 4, rHat: 1.05))
    #expect(summary.fewestEffectiveDraws == 9.5)
  }

  @Test func theWorstFitIsNamed() throws {
    let summary = try #require(
      FitSummary([4: fit(1.02, 1), 7: fit(1.304), 9: fit(1.304), 11: fit(1)]))
    #expect(
      summary.warning
        == "3 of 4 fits of the model are doubtful: the worst R̂ is 1.30 (trial 7), 1 trajectory "
        + "diverged. Draws are trusted up to R̂ 1.05 and without a divergence. The scores stand; the "
        + "choice of configurations may be worse than it could be. More strategy.warm-up, "
        + "strategy.samples or strategy.chains helps.")
  }

  @Test func divergencesAloneAreEnough() throws {
    let warning = try #require(FitSummary([1: fit(nil, 3)])?.warning)
    #expect(warning.hasPrefix("1 of 1 fits of the model are doubtful: 3 trajectories diverged. "))
  }
}
