public import SearchSpaces

/// Chooses what to try next from what has been tried.
///
/// A strategy is a pure function of its initialiser's arguments and the history: it keeps no state
/// that decides an answer, draws from counter-based streams keyed by (study seed, trial number),
/// and never reads a clock. The laws, which run on every registered strategy:
/// - the same history and seed give the same proposals, in any process;
/// - every proposal is a valid configuration within the budget;
/// - no proposal repeats the training of a trial in the history, whatever its state, nor one of the
///   same answer: the same configuration, in a designed experiment the same noise, and where
///   candidates are trained rung by rung the same number of epochs;
/// - `ask(count: 2)` equals `ask(count: 1)` followed by `ask(count: 1)` with the first proposal
///   pending in the history;
/// - an exhausted space, or the end of the strategy's own plan, gives fewer proposals than asked
///   for, in the end none.
///
/// References and `start:` configurations are proposed by the study; a strategy sees them in the
/// history and learns from those that have a point.
public protocol SearchStrategy: Sendable {
  /// The name in space files and on the command line.
  static var name: String { get }
  /// One sentence for listings.
  static var summary: String { get }
  /// What `strategy.KEY=VALUE` may set, in the order of listings.
  static var settings: [ParameterSchema] { get }
  /// The papers behind the method.
  static var references: [String] { get }

  /// A strategy for one study; use `StrategyRegistry.make`, which checks the settings first.
  ///
  /// `plannedTrials` is the number of trials for which the study was created (nil: open-ended). It
  /// must stay the same when a run is resumed with another number.
  init(space: SearchSpace, seed: UInt64, settings: StrategySettings, plannedTrials: Int?)

  /// What the strategy will have run when it is through; nil for one that goes on as long as it may.
  var plan: StrategyPlan? { get }

  /// The next proposals, at most `count`; fewer only when the space holds no further configuration.
  ///
  /// - Parameter history: every trial of the study in the order of its number, pending ones
  ///   included; results that the answer must not depend on are left out by the caller, who passes
  ///   those trials as running.
  /// - Throws: `StrategyError` for a history that no study writes (a finished trial without a
  ///   finite score), or when no configuration within the budget can be found.
  func ask(count: Int, history: [Trial]) throws(StrategyError) -> [Proposal]
}

extension SearchStrategy {
  public var plan: StrategyPlan? { nil }
}

/// A configuration to train, and why it was chosen.
public struct Proposal: Sendable {
  /// The canonical point and configuration with its exact costs.
  public let candidate: Candidate
  /// `.initial` for a point chosen without looking at scores, `.model` for one that a surrogate or
  /// an earlier decision chose.
  public let origin: TrialOrigin
  /// Where it stands in a designed experiment; nil outside of one.
  public let design: DesignCell?
  /// The point of the trial; nil for a control that lies outside the space.
  public let point: SearchPoint?
  /// How the fit behind the proposal went; nil where no Markov chain was run for it.
  public let fit: FitDiagnostics?
  /// How far it is to be trained; nil for the whole of its training, from the start.
  public let fidelity: Fidelity?

  public init(
    candidate: Candidate, origin: TrialOrigin, design: DesignCell? = nil,
    fit: FitDiagnostics? = nil, fidelity: Fidelity? = nil
  ) {
    self.candidate = candidate
    self.origin = origin
    self.design = design
    self.fit = fit
    self.fidelity = fidelity
    point = candidate.point
  }

  /// A control: a configuration that no point of the space stands for.
  ///
  /// - Parameter candidate: its point is the one that the control was made from.
  public init(controlFrom candidate: Candidate, design: DesignCell) {
    self.candidate = candidate
    origin = .initial
    self.design = design
    point = nil
    fit = nil
    fidelity = nil
  }

  /// The name of the training, which no other trial of the search may have.
  public var trainingIdentity: String {
    candidate.configuration.trainingIdentity(noise: design?.noise, fidelity: fidelity)
  }
}
