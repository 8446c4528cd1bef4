import GaussianProcesses
import LinearAlgebra
public import SearchSpaces

/// Bayesian optimisation: learns from the scores where a further trial is worth most.
///
/// After a space-filling initial design (that of `random`), each proposal maximises an acquisition
/// function of a Gaussian process:
/// - for the score alone, log expected improvement over the best posterior mean so far, pending
///   trials being believed to give what the model expects (`GaussianProcess.believing`);
/// - for score and costs, log noisy expected hypervolume improvement with exact costs: only the score
///   is modelled (`LogNoisyExpectedHypervolumeImprovement`).
///
/// The model:
/// - Matérn-5/2 with a length scale for each ordered decision, times Hamming on unordered ones;
///   conditional decisions by the embedding described at `Embedding`;
/// - length scales, signal, noise (learned, floored) and mean by maximum a posteriori;
/// - failed trials count as the worst score seen;
/// - limits, constraints and earlier configurations are excluded exactly;
/// - of more than 600 trials, 600 are kept (`TrainingSet`).
///
/// Scores are noisy: the incumbent is a posterior mean, never a score, and a configuration is never
/// proposed twice.
///
/// Reference: Ament et al., arXiv 2310.20708; Hvarfner et al., arXiv 2402.02229; Picheny et al. 2013;
/// Ginsbourger et al. 2010; Daulton et al., arXiv 2105.08195.
public struct BayesianStrategy: WarmStartable {
  public static let name = "bayes"
  public static let summary =
    "Gaussian process (Matérn-5/2 × Hamming) with noisy log expected improvement, of hypervolume "
    + "where costs are objectives."
  public static let references = [
    "Ament et al., arXiv 2310.20708", "Hvarfner et al., arXiv 2402.02229",
    "Hutter and Osborne, arXiv 1310.5738", "Daulton et al., arXiv 2105.08195",
  ]
  public static let settings = SurrogateSearch.settings(transform: .standardize, listing: 200_000)

  private var loop: ProposalLoop
  private var search: SurrogateSearch
  private let isDesignGiven: Bool

  public init(
    space: SearchSpace, seed: UInt64, settings: StrategySettings, plannedTrials: Int?
  ) {
    isDesignGiven = settings.integer("initial") > 0
    loop = ProposalLoop(
      space: space, seed: seed,
      initial: ProposalLoop.initialCount(
        asked: settings.integer("initial"), dimensions: space.dimensions.count,
        plannedTrials: plannedTrials))
    search = SurrogateSearch(
      space: space, seed: seed, settings: settings, inference: .maximumAPosteriori)
  }

  public func warmed(by runs: [EarlierRun]) -> Self {
    var warmed = self
    let warmStart = search.warmStart(by: runs)
    warmed.search.warmStart = warmStart
    warmed.loop = loop.warmed(by: warmStart, mayBeBrief: !isDesignGiven)
    return warmed
  }

  public func agreements(history: [Trial]) throws(StrategyError) -> [EarlierAgreement] {
    try search.agreements(history)
  }

  public func ask(count: Int, history: [Trial]) throws(StrategyError) -> [Proposal] {
    try loop.askWithFits(count: count, history: history) { _, view throws(StrategyError) in
      try search.choice(view)
    }
  }
}
