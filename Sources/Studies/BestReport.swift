public import RunStore
internal import SearchSpaces
public import Statistics
internal import Training

/// The best trial of a search beside the best reference.
public struct BestReport: Codable, Hashable, Sendable {
  /// The complete trial with the highest validation score.
  public var best: TrialRecord
  /// The reference with the highest validation score; nil where no reference is complete.
  public var reference: TrialRecord?
  /// Best minus reference, example by example of the validation split; nil where the best trial is
  /// the reference itself, or where one of the two has no predictions.
  public var difference: PairedDifference?
  /// The best trial beside every complete reference, in the order of their scores.
  public var references: [Comparison]
  /// Configurations that the best was chosen among, complete and failed: the more, the luckier it may
  /// be.
  ///
  /// One that was trained to several rungs counts once.
  public var triedConfigurations: Int
  public var failedConfigurations: Int
  /// The Pareto front of score and deployed parameters, from small to large.
  public var front: [TrialRecord]

  /// One reference and how far the best trial is from it.
  public struct Comparison: Codable, Hashable, Sendable {
    public var reference: TrialRecord
    /// Best minus reference, example by example; nil where the best trial is the reference, or
    /// where one of the two has no predictions.
    public var difference: PairedDifference?
  }

  /// Reads a run; nil where no trial is complete yet.
  ///
  /// - Throws: `StudyError.differentExamples`, and what reading a result file throws.
  public static func read(_ history: RunHistory) throws -> BestReport? {
    let searched = try history.trials().filter { $0.trial.origin != .confirmation }
    let ranked = searched.ranked()
    guard let best = ranked.first else { return nil }
    let references = try ranked.filter { $0.trial.origin == .reference }.map { reference in
      Comparison(
        reference: reference,
        difference: reference.number == best.number
          ? nil : try ExampleScores.difference(history.run, best.number, reference.number))
    }
    return BestReport(
      best: best, reference: references.first?.reference,
      difference: references.first?.difference, references: references,
      triedConfigurations: searched.count {
        $0.isRecorded && $0.trial.fidelity?.continues == nil
      },
      failedConfigurations: searched.count { $0.state == .failed },
      front: ParetoFront(searched).trials)
  }
}

/// Scores of single examples, from the trials' result files.
enum ExampleScores {
  /// 1 or 0 for a right or wrong class, minus the squared error for a regression; nil where the
  /// result keeps no predictions.
  static func read(_ trial: TrialDirectory) throws -> [Double]? {
    let result = try RunFiles.decode(TrialResult.self, from: trial.resultFile)
    return result.predictions?.exampleScores
  }

  static func difference(
    _ run: RunDirectory, _ first: Int, _ second: Int
  ) throws -> PairedDifference? {
    guard let a = try read(run.trial(first)), let b = try read(run.trial(second)), !a.isEmpty
    else { return nil }
    guard a.count == b.count else {
      throw StudyError.differentExamples(
        trial: first, count: a.count, other: second, otherCount: b.count)
    }
    return PairedDifference(a, b)
  }
}
