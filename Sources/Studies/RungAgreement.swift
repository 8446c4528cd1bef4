public import RunStore
internal import SearchSpaces
internal import Statistics

/// How far the scores of a rung tell the order of the next: Spearman's correlation over the trials that
/// went on.
///
/// They were chosen for their prospects and are alike for that reason, so the correlation over all
/// candidates is higher as a rule.
public struct RungAgreement: Codable, Hashable, Sendable {
  /// Epochs of the two rungs.
  public let epochs: Int
  public let nextEpochs: Int
  /// Trials with a score on both.
  public let pairs: Int
  /// nil for fewer than `fewestPairs`, or where one side is constant.
  public let rankCorrelation: Double?

  /// Below this correlation the lower rung is said to be of little use.
  public static let doubtful = 0.5
  /// Pairs from which a rank correlation is told.
  public static let fewestPairs = 5

  /// All pairs of rungs of a run between which trials went on, from the lowest; none where every trial
  /// was trained as a whole.
  public static func all(_ records: [TrialRecord]) -> [RungAgreement] {
    let byNumber = Dictionary(records.map { ($0.number, $0.trial) }, uniquingKeysWith: { $1 })
    var scores: [[Int]: (below: [Double], above: [Double])] = [:]
    for record in records {
      guard let fidelity = record.trial.fidelity, let score = record.trial.score,
        let below = fidelity.continues.flatMap({ byNumber[$0] }), let earlier = below.score,
        let epochs = below.fidelity?.epochs
      else { continue }
      scores[[epochs, fidelity.epochs], default: ([], [])].below.append(earlier)
      scores[[epochs, fidelity.epochs], default: ([], [])].above.append(score)
    }
    return scores.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { rungs, pair in
      RungAgreement(
        epochs: rungs[0], nextEpochs: rungs[1], pairs: pair.below.count,
        rankCorrelation: pair.below.count < fewestPairs
          ? nil : RankCorrelation.spearman(pair.below, pair.above))
    }
  }

  /// One sentence, with a warning where the rungs hardly agree.
  public var sentence: String {
    let rungs = "Scores after \(Self.text(epochs)) and after \(nextEpochs)"
    let count = pairs == 1 ? "1 trial" : "\(pairs) trials"
    guard let rankCorrelation else {
      return "\(rungs): too few trials went on (\(count)) to tell their rank correlation."
    }
    let number =
      "\(rungs): rank correlation \(Self.text(rankCorrelation)) over \(count) that went on."
    guard rankCorrelation < Self.doubtful else { return number }
    return number
      + " Below 0.5 the lower rung tells little of the higher: fewer rungs (strategy.rungs) or a smaller "
      + "strategy.eta is safer."
  }

  public var isDoubtful: Bool { rankCorrelation.map { $0 < Self.doubtful } ?? false }

  private static func text(_ epochs: Int) -> String {
    epochs == 1 ? "1 epoch" : "\(epochs) epochs"
  }

  /// Two digits behind the point.
  private static func text(_ value: Double) -> String {
    let hundredths = Int((abs(value) * 100).rounded())
    let digits = "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    return (value < 0 && hundredths > 0 ? "−" : "") + digits
  }
}
