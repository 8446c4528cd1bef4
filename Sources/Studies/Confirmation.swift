public import RunStore
internal import SearchSpaces
internal import Statistics

/// Retrains the best configurations on fresh seeds before one is called the winner, then opens the
/// test split once.
///
/// The score by which a search finds its best trial is the luckiest of many. Here each of the top
/// configurations, and the best reference beside them, is trained again with replicates 1 … s, whose
/// noise the search has never seen; the winner is the one with the highest mean validation score of
/// these. In a race the seeds are trained one after the other, and a configuration that is shown to be
/// worse than the leader (`ContenderRace`) gets no more. Only then winner and reference are scored on the test split, and never again.
public struct Confirmation: Sendable {
  /// Scores a trained trial's adapter on the test split: one score an example, and the metric.
  public typealias TestEvaluator =
    @Sendable (TrialRecord, TrialDirectory) async throws -> (score: Double, examples: [Double])

  private let study: Study
  /// n: configurations to retrain.
  private let top: Int
  /// s: fresh seeds each.
  private let seeds: Int
  private let races: Bool

  /// - Parameter races: whether configurations leave that are shown to be worse; a reference stays.
  /// - Throws: `StudyError.confirmationCounts` for fewer than 1 configuration or 2 seeds.
  public init(_ study: Study, top: Int, seeds: Int, races: Bool = false) throws {
    guard top >= 1, seeds >= 2 else {
      throw StudyError.confirmationCounts(top: top, seeds: seeds)
    }
    self.study = study
    self.top = top
    self.seeds = seeds
    self.races = races
  }

  /// Trains what is missing; stopping and resuming is as for a search.
  ///
  /// - Returns: nil where it was stopped before all retrainings counted.
  /// Trials that a time limit has left waiting do not matter.
  /// - Throws: `StudyError.unfinishedTrials` for a search that was stopped in the middle of trials,
  ///   `.nothingToConfirm`, `.testAlreadyOpened`.
  public func run(evaluateOnTest: TestEvaluator?) async throws -> ConfirmationReport? {
    let history = study.store.history
    if let report = try history.evaluation(ConfirmationReport.self) {
      guard evaluateOnTest == nil else {
        throw StudyError.testAlreadyOpened(run: study.run.path)
      }
      return report
    }
    let finalists = try finalists()
    guard try await train(finalists) else { return nil }
    var report = try ConfirmationReport.read(history, finalists: finalists)
    guard let evaluateOnTest else { return report }
    report.test = try await test(report, evaluateOnTest)
    try study.store.recordEvaluation(report)
    return report
  }

  /// The search's best trials, and the best reference where it is not among them.
  private func finalists() throws -> [TrialRecord] {
    let searched = try study.store.history.trials().filter { $0.trial.origin != .confirmation }
    let unfinished = searched.count { $0.state == .running }
    guard unfinished == 0 else {
      throw StudyError.unfinishedTrials(count: unfinished, run: study.run.path)
    }
    let ranked = searched.ranked()
    guard !ranked.isEmpty else { throw StudyError.nothingToConfirm(run: study.run.path) }
    // A designed experiment trains one configuration in several blocks: its best trial stands for it.
    var seen: Set<String> = []
    let distinct = ranked.filter { seen.insert($0.trial.configuration.identity).inserted }
    var finalists = Array(distinct.prefix(top))
    if let reference = ranked.first(where: { $0.trial.origin == .reference }),
      !finalists.contains(where: { $0.number == reference.number })
    {
      finalists.append(reference)
    }
    return finalists
  }

  /// Trains all seeds of all finalists, or in a race seed by seed those that are still in it.
  ///
  /// - Returns: whether it came to its end.
  private func train(_ finalists: [TrialRecord]) async throws -> Bool {
    guard races else {
      try propose(finalists, replicates: 1...seeds)
      return try await study.trainConfirmations() == .complete
    }
    let race = ContenderRace(arms: finalists.count, blocks: seeds)
    var contenders = finalists
    for replicate in 1...seeds {
      try propose(contenders, replicates: replicate...replicate)
      guard try await study.trainConfirmations() == .complete else { return false }
      let scores = try scores(of: contenders, replicates: 1...replicate)
      let places = Set(race.survivors(scores))
      contenders = contenders.indices.filter {
        places.contains($0) || contenders[$0].trial.origin == .reference
      }.map { contenders[$0] }
    }
    return true
  }

  /// Scores by finalist and replicate; a failed retraining counts as the worst score of all.
  private func scores(
    of finalists: [TrialRecord], replicates: ClosedRange<Int>
  ) throws -> [[Double]] {
    var known: [String: Double] = [:]
    for record in try study.store.history.trials() where replicates.contains(record.replicate) {
      known["\(record.identity) \(record.replicate)"] = record.trial.score
    }
    let worst = known.values.min() ?? 0
    return finalists.map { finalist in
      replicates.map { known["\(finalist.identity) \($0)"] ?? worst }
    }
  }

  /// Adds the retrainings that are not trials yet, all or none of them.
  private func propose(_ finalists: [TrialRecord], replicates: ClosedRange<Int>) throws {
    let existing = try study.store.history.trials()
    let known = Set(existing.map { "\($0.identity) \($0.replicate)" })
    let candidates = finalists.flatMap { finalist in
      replicates.map { replicate in
        NewTrial(
          origin: .confirmation, point: finalist.trial.point,
          configuration: finalist.trial.configuration, costs: finalist.trial.costs,
          identity: finalist.identity, replicate: replicate)
      }
    }
    let missing = candidates.filter { !known.contains("\($0.identity) \($0.replicate)") }
    if !missing.isEmpty { _ = try study.store.propose(missing) }
  }

  private func test(
    _ report: ConfirmationReport, _ evaluate: TestEvaluator
  ) async throws -> ConfirmationReport.Test {
    let winner = try await scores(of: report.winner, evaluate)
    var reference: ConfirmationReport.TestScores?
    if let number = report.reference, number != report.winner {
      reference = try await scores(of: number, evaluate)
    }
    let difference = reference.flatMap { reference -> PairedDifference? in
      let (a, b) = (winner.exampleMeans, reference.exampleMeans)
      return a.count == b.count && !a.isEmpty ? PairedDifference(a, b) : nil
    }
    return ConfirmationReport.Test(
      winner: winner.scores, reference: reference?.scores ?? [], difference: difference)
  }

  /// Test scores of all retrainings of one finalist.
  private func scores(
    of finalist: Int, _ evaluate: TestEvaluator
  ) async throws -> ConfirmationReport.TestScores {
    let trials = try study.store.history.trials()
    guard let identity = trials.first(where: { $0.number == finalist })?.identity else {
      throw RunStoreError.unknownTrial(path: study.run.storeFile, number: finalist)
    }
    var all = ConfirmationReport.TestScores()
    let replicates = trials.filter {
      $0.identity == identity && $0.replicate > 0 && $0.state == .complete
    }
    for record in replicates {
      let (score, examples) = try await evaluate(record, study.run.trial(record.number))
      all.add(score, examples)
    }
    return all
  }
}
