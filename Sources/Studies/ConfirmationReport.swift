internal import RunStore
internal import SearchSpaces
public import Statistics

/// What retraining on fresh seeds has shown.
public struct ConfirmationReport: Codable, Hashable, Sendable {
  /// One configuration over its fresh seeds.
  public struct Finalist: Codable, Hashable, Sendable {
    /// Its trial in the search.
    public var trial: Int
    public var origin: TrialOriginName
    /// The score that the search saw.
    public var searchScore: Double
    /// Validation scores of the complete retrainings, by replicate.
    public var scores: [Double]
    /// Retrainings that failed.
    public var failures: Int
    public var mean: Double?
    /// With n − 1; nil for a single score.
    public var deviation: Double?
    public var parameters: Int

    /// Retrainings that have ended; fewer than others have where a race was left early.
    public var retrainings: Int { scores.count + failures }
  }

  /// The one evaluation on the test split.
  public struct Test: Codable, Hashable, Sendable {
    /// Scores of the winner's retrainings.
    public var winner: [Double]
    /// Scores of the best reference's retrainings; empty where the winner is the reference.
    public var reference: [Double]
    /// Winner minus reference over the test examples, each averaged over the seeds.
    public var difference: PairedDifference?
  }

  /// Those with all seeds first, then those that left a race, each with the highest mean first;
  /// configurations of which every retraining failed last.
  public var finalists: [Finalist]
  /// The search trial of the configuration with the highest mean.
  public var winner: Int
  /// The search trial of the best reference; nil with `references: off`.
  public var reference: Int?
  /// Winner minus reference over the replicates, validation; nil where the two are one.
  public var difference: PairedDifference?
  /// nil while the test split is unopened.
  public var test: Test?

  /// `reference`, `model` and so on, as the database writes it.
  public typealias TrialOriginName = String

  /// Gathers the recorded retrainings of the finalists.
  static func read(
    _ history: RunHistory, finalists: [TrialRecord]
  ) throws -> ConfirmationReport {
    let trials = try history.trials().filter { $0.replicate > 0 }
    var rows = finalists.map { finalist in
      row(finalist, trials.filter { $0.identity == finalist.identity })
    }
    rows.sort { a, b in
      if a.retrainings != b.retrainings { return a.retrainings > b.retrainings }
      let (meanA, meanB) = (a.mean ?? -.infinity, b.mean ?? -.infinity)
      if meanA != meanB { return meanA > meanB }
      return a.parameters != b.parameters ? a.parameters < b.parameters : a.trial < b.trial
    }
    guard let winner = rows.first, winner.mean != nil else {
      throw StudyError.nothingToConfirm(run: history.run.path)
    }
    let reference = finalists.first { $0.trial.origin == .reference }
    var difference: PairedDifference?
    if let reference, reference.number != winner.trial {
      difference = paired(
        trials, finalists.first { $0.number == winner.trial }?.identity, reference.identity)
    }
    return ConfirmationReport(
      finalists: rows, winner: winner.trial, reference: reference?.number,
      difference: difference)
  }

  private static func row(_ finalist: TrialRecord, _ retrainings: [TrialRecord]) -> Finalist {
    let scores = retrainings.sorted { $0.replicate < $1.replicate }.compactMap(\.trial.score)
    let mean = scores.isEmpty ? nil : scores.reduce(0, +) / Double(scores.count)
    var deviation: Double?
    if let mean, scores.count > 1 {
      let squares = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      deviation = (squares / Double(scores.count - 1)).squareRoot()
    }
    return Finalist(
      trial: finalist.number, origin: finalist.trial.origin.rawValue,
      searchScore: finalist.trial.score ?? 0, scores: scores,
      failures: retrainings.count { $0.state == .failed }, mean: mean, deviation: deviation,
      parameters: finalist.trial.costs.parameters.deployed)
  }

  /// The difference over the replicates that both have completed.
  private static func paired(
    _ trials: [TrialRecord], _ first: String?, _ second: String
  ) -> PairedDifference? {
    func scores(_ identity: String?) -> [Int: Double] {
      var scores: [Int: Double] = [:]
      for trial in trials where trial.identity == identity {
        scores[trial.replicate] = trial.trial.score
      }
      return scores
    }
    let (a, b) = (scores(first), scores(second))
    let common = Set(a.keys).intersection(b.keys).sorted()
    let pairs = common.compactMap { key in a[key].flatMap { x in b[key].map { (x, $0) } } }
    return pairs.isEmpty ? nil : PairedDifference(pairs.map(\.0), pairs.map(\.1))
  }

  /// Test scores over the seeds of one configuration.
  struct TestScores {
    var scores: [Double] = []
    private var sums: [Double] = []

    /// Each example's score, averaged over the seeds.
    var exampleMeans: [Double] { sums.map { $0 / Double(max(1, scores.count)) } }

    mutating func add(_ score: Double, _ examples: [Double]) {
      scores.append(score)
      sums = sums.isEmpty ? examples : zip(sums, examples).map { $0 + $1 }
    }
  }
}
