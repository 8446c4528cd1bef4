import GaussianProcesses
import LinearAlgebra
import SearchSpaces

/// The next candidate by a surrogate and the maximum of its acquisition function.
///
/// What `bayes` and `saas` share: they differ in how the hyper-parameters are learned.
struct SurrogateSearch: Sendable {
  let space: SearchSpace
  let seed: UInt64
  let inference: Surrogate.Inference
  let transform: OutputTransform
  let climbs: Int
  let listingLimit: Int
  let encoder: PointEncoder
  let objectives: KnownObjectives
  /// What earlier runs have found out.
  var warmStart: WarmStart?
  private let surrogates = SurrogateMemory()
  private let listings = ListingMemory()

  /// The settings that both have.
  static func settings(
    transform: OutputTransform, listing: Int
  ) -> [ParameterSchema] {
    [
      ProposalLoop.initialSetting,
      ParameterSchema(
        "climbs", .integer(1...1000), default: .integer(8),
        "Local searches of the acquisition function for each proposal, in spaces too large to list."
      ),
      ParameterSchema(
        "listing", .integer(0...1_000_000), default: .integer(listing),
        "Spaces with at most so many candidates are searched completely at each proposal."),
      ParameterSchema(
        "transform", .choice(OutputTransform.allCases.map(\.rawValue)),
        default: .text(transform.rawValue),
        "How scores become targets: mean 0 and deviation 1, or normal quantiles of their ranks."),
    ]
  }

  init(
    space: SearchSpace, seed: UInt64, settings: StrategySettings, inference: Surrogate.Inference,
    hasRungs: Bool = false
  ) {
    self.space = space
    self.seed = seed
    self.inference = inference
    transform = OutputTransform(rawValue: settings.text("transform")) ?? .standardize
    climbs = settings.integer("climbs")
    listingLimit = settings.integer("listing")
    encoder = PointEncoder(space, hasRungs: hasRungs)
    objectives = KnownObjectives(space)
  }

  /// What earlier runs tell this search.
  func warmStart(by runs: [EarlierRun]) -> WarmStart {
    WarmStart(runs, encoder: encoder, transform: transform, seed: seed)
  }

  func agreements(_ history: [Trial]) throws(StrategyError) -> [EarlierAgreement] {
    try warmStart?.agreements(HistoryView(history, space: space)) ?? []
  }

  /// The model of a history.
  private func surrogate(_ view: HistoryView) throws(StrategyError) -> Surrogate {
    try surrogates.surrogate(
      TrainingSet(
        view, encoder: encoder, objectives: objectives, transform: transform,
        limit: inference.pointLimit, seed: seed, warmStart: warmStart), inference: inference,
      seed: seed)
  }

  /// The entries by what a whole training of each is expected to be worth, the best first: by the
  /// model's mean, or by the order of merit of that and the costs.
  func descending(
    _ entries: [HistoryView.Entry], _ view: HistoryView
  ) throws(StrategyError) -> [Int] {
    let means = try surrogate(view).means(at: encoder.inputs(entries.map(\.point)))
    return ObjectiveOrder.descending(
      zip(means, entries).map { mean, entry in [mean] + objectives.values(entry.costs) })
  }

  func choice(_ view: HistoryView) throws(StrategyError) -> ProposalLoop.Choice? {
    let surrogate = try surrogate(view)
    let key = RandomKey(seed: seed).derived("proposal").derived(view.nextNumber)
    let search = AcquisitionSearch(
      space: space, encoder: encoder,
      acquisition: try surrogate.acquisition(
        pending: encoder.inputs(view.pending.map(\.point), rungs: view.pending.map(\.rung)),
        pendingKnown: view.pending.map { objectives.values($0.costs) }, key: key),
      objectives: objectives, used: view.identities, climbs: climbs, key: key)
    if let listing = try listings.listing(
      encoder, objectives: objectives, limit: listingLimit)
    {
      return try search.best(of: listing).map {
        ProposalLoop.Choice(candidate: $0.candidate, fit: surrogate.fit)
      }
    }
    return try search.best(near: surrogate.promising).map {
      ProposalLoop.Choice(candidate: $0.candidate, fit: surrogate.fit)
    }
  }
}
