import GaussianProcesses
import LinearAlgebra
public import SearchSpaces
import Synchronization

/// Bayesian optimisation: learns from the scores where a further trial is worth most.
///
/// After a space-filling initial design (that of `random`), each proposal maximises the log expected
/// improvement of a Gaussian process over the best posterior mean so far:
/// - Matérn-5/2 with a length scale for each ordered decision, times Hamming on unordered ones;
///   conditional decisions by the embedding described at `Embedding`;
/// - length scales, signal, noise (learned, floored) and mean by maximum a posteriori;
/// - pending trials are believed to give what the model expects (`GaussianProcess.believing`);
/// - failed trials count as the worst score seen;
/// - limits, constraints and earlier configurations are excluded exactly.
///
/// Scores are noisy: the incumbent is a posterior mean, never a score, and a configuration is never
/// proposed twice.
///
/// Reference: Ament et al., arXiv 2310.20708; Hvarfner et al., arXiv 2402.02229; Picheny et al. 2013;
/// Ginsbourger et al. 2010.
public struct BayesianStrategy: SearchStrategy {
  public static let name = "bayes"
  public static let summary =
    "Gaussian process (Matérn-5/2 × Hamming) with noisy log expected improvement."
  public static let references = [
    "Ament et al., arXiv 2310.20708", "Hvarfner et al., arXiv 2402.02229",
    "Hutter and Osborne, arXiv 1310.5738",
  ]
  public static let settings = [
    ParameterSchema(
      "initial", .integer(0...100_000), default: .integer(0),
      "Trials of the space-filling design before the model takes over. 0 chooses: twice the number "
        + "of dimensions, at least 10, but no more than a quarter of the planned trials (or 5, if "
        + "that is more), or 20 where no number is planned."),
    ParameterSchema(
      "climbs", .integer(1...1000), default: .integer(8),
      "Local searches of the acquisition function for each proposal, in spaces too large to list."),
    ParameterSchema(
      "listing", .integer(0...1_000_000), default: .integer(20_000),
      "Spaces with at most so many candidates are searched completely at each proposal."),
  ]

  private let space: SearchSpace
  private let seed: UInt64
  private let initial: Int
  private let climbs: Int
  private let listingLimit: Int
  private let encoder: PointEncoder
  private let design: SpaceFillingDesign
  private let memory = ListingMemory()

  public init(
    space: SearchSpace, seed: UInt64, settings: StrategySettings, plannedTrials: Int?
  ) {
    self.space = space
    self.seed = seed
    let asked = settings.integer("initial")
    initial =
      asked > 0
      ? asked
      : Self.initialCount(dimensions: space.dimensions.count, plannedTrials: plannedTrials)
    climbs = settings.integer("climbs")
    listingLimit = settings.integer("listing")
    encoder = PointEncoder(space)
    design = SpaceFillingDesign(space: space, seed: seed)
  }

  /// The size of the initial design where none is set.
  ///
  /// max(10, 2 d) is the usual rule (Jones, Schonlau, Welch 1998 ask for 10 d, BoTorch's and Ax's
  /// defaults are near 2 d); it is cut to a quarter of the planned trials, but not below 5, because
  /// in a space of dozens of conditional decisions it would leave no trials for the model, whose
  /// dimension-scaled prior works from few observations.
  static func initialCount(dimensions: Int, plannedTrials: Int?) -> Int {
    let usual = max(10, 2 * dimensions)
    guard let plannedTrials else { return min(usual, 20) }
    return min(usual, max(plannedTrials / 4, 5))
  }

  public func ask(count: Int, history: [Trial]) throws(StrategyError) -> [Proposal] {
    var view = try HistoryView(history, space: space)
    var surrogate: Surrogate?
    var proposals: [Proposal] = []
    while proposals.count < count {
      var found: Proposal?
      // Two scores are the least from which a scale can be learned.
      if view.initialCount >= initial, view.observed.count >= 2 {
        let model: Surrogate
        if let known = surrogate {
          model = known
        } else {
          model = try Surrogate(view, encoder: encoder, seed: seed)
          surrogate = model
        }
        found = try proposal(of: model, view)
      }
      if found == nil,
        let candidate = try design.next(
          unlike: view.identities, nearby: view.points)
      {
        found = Proposal(candidate: candidate, origin: .initial)
      }
      guard let found else { break }
      view.add(found)
      proposals.append(found)
    }
    return proposals
  }

  private func proposal(
    of surrogate: Surrogate, _ view: HistoryView
  ) throws(StrategyError) -> Proposal? {
    let (acquisition, process) = try surrogate.acquisition(
      pending: encoder.inputs(view.pending))
    let search = AcquisitionSearch(
      space: space, encoder: encoder, acquisition: acquisition, used: view.identities,
      climbs: climbs,
      key: RandomKey(seed: seed).derived("proposal").derived(view.nextNumber))
    if let listing = try memory.listing(encoder, limit: listingLimit) {
      return try search.best(of: listing).map { Proposal(candidate: $0.candidate, origin: .model) }
    }
    let means = process.posterior(at: process.inputs).means
    // In the order in which the model was told them.
    let points = view.points
    let promising = points.indices.sorted { (-means[$0], $0) < (-means[$1], $1) }
    return try search.best(near: promising.map { points[$0] })
      .map { Proposal(candidate: $0.candidate, origin: .model) }
  }
}

/// The listing of a small space, made when it is first needed; a memory of pure values.
private final class ListingMemory: Sendable {
  private let listing = Mutex<Listing??>(nil)

  func listing(_ encoder: PointEncoder, limit: Int) throws(StrategyError) -> Listing? {
    if let known = listing.withLock({ $0 }) { return known }
    let made = try Listing(encoder, limit: limit)
    listing.withLock { $0 = .some(made) }
    return made
  }
}
