import SearchSpaces

/// What a strategy reads out of a history.
///
/// - Finished trials with a point are observations. Those without one (references outside the
///   space) only count as tried.
/// - A failed trial is an observation too, with the worst score seen so far: what diverged, ran
///   out of memory or out of time is to be kept away from, and the worst score says so without
///   inventing a number that would distort the scale (as the crash cost of SMAC3).
/// - Waiting and running trials are pending.
struct HistoryView {
  /// A point that was tried, with its exact costs.
  struct Entry: Sendable {
    var point: SearchPoint
    let costs: TrialCosts
    /// How far it is trained: from 0 for the lowest rung to 1 for a whole training.
    var rung = 1.0
  }

  /// A point with its score.
  struct Observation: Sendable {
    var point: SearchPoint
    let costs: TrialCosts
    let score: Double
    /// How far it is trained, as that of an entry.
    var rung = 1.0
  }

  /// The identities of all configurations of the history, whatever their state.
  private(set) var identities: Set<String> = []
  private(set) var observed: [Observation] = []
  private(set) var failed: [Entry] = []
  private(set) var pending: [Entry] = []
  /// How many trials of the initial design there are.
  private(set) var initialCount = 0
  /// The number of the next trial.
  private(set) var nextNumber: Int

  /// - Parameter rung: how far a trial is trained, from 0 to 1; all the way by default.
  /// - Throws: `StrategyError.unusableScore`, `.foreignPoint`.
  init(
    _ history: [Trial], space: SearchSpace, rung: (Trial) -> Double = { _ in 1 }
  ) throws(StrategyError) {
    nextNumber = (history.map(\.number).max() ?? 0) + 1
    for trial in history {
      identities.insert(trial.configuration.identity)
      if trial.origin == .initial { initialCount += 1 }
      if trial.state == .complete, !(trial.score?.isFinite ?? false) {
        throw .unusableScore(trial: trial.number, score: trial.score)
      }
      guard let given = trial.point else { continue }
      let point: SearchPoint
      do throws(Infeasibility) {
        point = try space.canonical(given)
      } catch {
        throw .foreignPoint(trial: trial.number, reason: error.description)
      }
      switch (trial.state, trial.score) {
      case (.complete, let score?):
        observed.append(
          Observation(point: point, costs: trial.costs, score: score, rung: rung(trial)))
      case (.complete, nil), (.failed, _):
        failed.append(Entry(point: point, costs: trial.costs, rung: rung(trial)))
      case (.waiting, _), (.running, _):
        pending.append(Entry(point: point, costs: trial.costs, rung: rung(trial)))
      }
    }
  }

  /// Every point that was tried or is pending: observed, failed, pending, each in trial order.
  var points: [SearchPoint] {
    observed.map(\.point) + failed.map(\.point) + pending.map(\.point)
  }

  /// Notes a proposal of the same answer, as if it were already running.
  mutating func add(_ proposal: Proposal) {
    identities.insert(proposal.candidate.configuration.identity)
    pending.append(Entry(point: proposal.candidate.point, costs: proposal.candidate.costs))
    if proposal.origin == .initial { initialCount += 1 }
    nextNumber += 1
  }
}
