import SearchSpaces

/// A history of trials on the rungs of a ladder.
struct RungHistory {
  let ladder: RungLadder
  let trials: [Trial]
  private let byNumber: [Int: Trial]
  /// Numbers of the trials from which another one goes on, whatever has become of it.
  private let continued: Set<Int>

  init(_ trials: [Trial], ladder: RungLadder) {
    self.ladder = ladder
    self.trials = trials
    byNumber = Dictionary(trials.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
    continued = Set(trials.compactMap { $0.fidelity?.continues })
  }

  /// The trials from which the next one may go on: those of the highest rung below the top that has
  /// fewer promotions than one for each η of its results; none where there is no such rung.
  ///
  /// Reference: Li et al., "A system for massively parallel hyperparameter tuning", MLSys 2020,
  /// algorithm 2.
  var promotable: [Trial] {
    for rung in stride(from: ladder.top - 1, through: 0, by: -1) {
      let members = trials.filter { ladder.rung(of: $0) == rung }
      let results = members.count { $0.state == .complete || $0.state == .failed }
      let promoted = members.count { continued.contains($0.number) }
      let open = members.filter { $0.state == .complete && !continued.contains($0.number) }
      if promoted < results / ladder.reduction, !open.isEmpty { return open }
    }
    return []
  }

  /// The same trials with scores that can be compared over rungs.
  ///
  /// Each is raised by what the higher rungs bring on the average,
  ///
  ///     s'(x, k) = s(x, k) + Σ_{j = k}^{K − 1} mean of s(x', j + 1) − s(x', j)
  ///
  /// over the trials x' that were promoted from rung j. A rung without such trials raises nothing.
  var levelled: [Trial] {
    var raises = Array(repeating: 0.0, count: ladder.count)
    for rung in stride(from: ladder.top - 1, through: 0, by: -1) {
      let gains = gains(from: rung)
      let mean = gains.isEmpty ? 0 : gains.reduce(0, +) / Double(gains.count)
      raises[rung] = raises[rung + 1] + mean
    }
    return trials.map { trial in
      var levelled = trial
      levelled.score = trial.score.map { $0 + raises[ladder.rung(of: trial)] }
      return levelled
    }
  }

  private func gains(from rung: Int) -> [Double] {
    trials.compactMap { trial in
      guard let score = trial.score,
        let below = trial.fidelity?.continues.flatMap({ byNumber[$0] }),
        let earlier = below.score, ladder.rung(of: below) == rung
      else { return nil }
      return score - earlier
    }
  }
}
