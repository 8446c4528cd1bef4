/// How far the draws of hyper-parameters behind a proposal are to be trusted.
///
/// Only fits by Markov chains have them; a fit that maximises has nothing to diagnose here.
public struct FitDiagnostics: Codable, Hashable, Sendable {
  /// The largest split R̂ over all hyper-parameters: 1 where chains agree with themselves; nil for
  /// fewer than four draws a chain.
  public var rHat: Double?
  /// The smallest effective number of draws over all hyper-parameters.
  public var effectiveDraws: Double?
  /// Trajectories, warm-up apart, that ended because the energy was no longer conserved.
  public var divergences: Int
  /// Draws of all chains after their warm-up.
  public var draws: Int

  /// R̂ above this says that the chains have not mixed.
  ///
  /// Reference: Gelman et al., Bayesian Data Analysis, 3rd edition, section 11.4 (1.1); Vehtari et
  /// al., Bayesian Analysis 16, 2021 (1.01 for four long chains). 1.05 lies between, for the short
  /// chains of a search.
  public static let largestRHat = 1.05

  public init(rHat: Double?, effectiveDraws: Double?, divergences: Int, draws: Int) {
    self.rHat = rHat
    self.effectiveDraws = effectiveDraws
    self.divergences = divergences
    self.draws = draws
  }

  /// Whether the draws are doubtful: R̂ above 1.05, or a divergence.
  public var isDoubtful: Bool { (rHat ?? 1) > Self.largestRHat || divergences > 0 }
}
