internal import GaussianProcesses
public import RunStore
internal import SearchSpaces

/// The complete trials that no other one beats in both score and deployed parameters.
public struct ParetoFront: Sendable {
  /// From the smallest to the largest.
  public let trials: [TrialRecord]

  /// - Parameter records: in any order; those without the score of a whole training are left out. Of
  ///   two trials with equal score and equal size the earlier one stands for both.
  public init(_ records: [TrialRecord]) {
    let candidates = records.filter { $0.trial.finalScore != nil }.sorted(by: Self.isBefore)
    let front = GaussianProcesses.ParetoFront(
      candidates.map { [$0.trial.score ?? 0, -Double($0.trial.costs.parameters.deployed)] })
    trials = front.indices.map { candidates[$0] }
  }

  /// Smaller first, then better, then earlier.
  private static func isBefore(_ a: TrialRecord, _ b: TrialRecord) -> Bool {
    let (sizeA, sizeB) = (a.trial.costs.parameters.deployed, b.trial.costs.parameters.deployed)
    if sizeA != sizeB { return sizeA < sizeB }
    let (scoreA, scoreB) = (a.trial.score ?? 0, b.trial.score ?? 0)
    return scoreA != scoreB ? scoreA > scoreB : a.number < b.number
  }
}

extension Sequence<TrialRecord> {
  /// Trials with the score of a whole training, the best first; of equal scores the smaller one, then
  /// the earlier one.
  public func ranked() -> [TrialRecord] {
    filter { $0.trial.finalScore != nil }.sorted { a, b in
      let (scoreA, scoreB) = (a.trial.score ?? 0, b.trial.score ?? 0)
      if scoreA != scoreB { return scoreA > scoreB }
      let (sizeA, sizeB) = (a.trial.costs.parameters.deployed, b.trial.costs.parameters.deployed)
      return sizeA != sizeB ? sizeA < sizeB : a.number < b.number
    }
  }
}

extension RunHistory {
  /// The search's complete trials, the best first: what `best`, `export` and `predict` mean by it.
  ///
  /// Confirmations are left out. The first is always among those whose adapters stay.
  public func rankedTrials() throws -> [TrialRecord] {
    try trials().filter { $0.trial.origin != .confirmation }.ranked()
  }
}
