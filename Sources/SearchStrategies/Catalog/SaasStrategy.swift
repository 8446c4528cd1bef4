import GaussianProcesses
import LinearAlgebra
public import SearchSpaces

/// Bayesian optimisation with a fully Bayesian model that believes few decisions to matter.
///
/// As `bayes`, but the hyper-parameters are drawn from the SAAS posterior (`SaasFit`) and the
/// acquisition function is averaged over the draws, so that what the scores do not yet tell about
/// length scales and noise is not taken for known. Dearer than `bayes` by one to two orders of
/// magnitude; of more than 300 trials, 300 are kept.
///
/// Reference: Eriksson and Jankowiak, UAI 2021, arXiv 2103.00349.
public struct SaasStrategy: WarmStartable {
  public static let name = "saas"
  public static let summary =
    "Fully Bayesian Gaussian process with a sparse prior (SAAS, No-U-Turn sampler)."
  public static let references = [
    "Eriksson and Jankowiak, UAI 2021, arXiv 2103.00349",
    "Hoffman and Gelman, JMLR 15, 2014",
  ]
  public static let settings =
    SurrogateSearch.settings(transform: .standardize, listing: 20_000) + samplerSettings

  /// The settings of the sampler, shared with `autopeft`.
  static let samplerSettings = [
    ParameterSchema(
      "warm-up", .integer(1...100_000), default: .integer(128),
      "Iterations of the sampler that adapt and are thrown away, for each chain."),
    ParameterSchema(
      "samples", .integer(1...100_000), default: .integer(64),
      "Draws of each chain after its warm-up."),
    ParameterSchema(
      "thinning", .integer(1...1000), default: .integer(4), "Every so many draws one is kept."),
    ParameterSchema(
      "chains", .integer(1...16), default: .integer(1), "Chains from different starts."),
  ]

  /// The plan of these settings; thinning never leaves a chain without a draw.
  static func plan(_ settings: StrategySettings) -> SaasFit.Plan {
    let samples = settings.integer("samples")
    return SaasFit.Plan(
      warmUp: settings.integer("warm-up"), samples: samples,
      thinning: min(settings.integer("thinning"), samples), chains: settings.integer("chains"))
  }

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
      space: space, seed: seed, settings: settings, inference: .saas(Self.plan(settings)))
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
