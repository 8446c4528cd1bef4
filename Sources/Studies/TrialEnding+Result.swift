internal import RunStore
internal import SearchSpaces
internal import Training

extension TrialEnding {
  /// What `result.json` says, as the database keeps it.
  struct Reading {
    var ending: TrialEnding
    var seconds: Double
    var peakMemoryBytes: Int
  }

  /// Reads a trial's durable result.
  ///
  /// - Throws: `RunFileError.damaged`, `RunDirectoryError.cannotRead`, `FileError`.
  static func read(_ trial: TrialDirectory) throws -> Reading {
    let result = try RunFiles.decode(TrialResult.self, from: trial.resultFile)
    let summary = TrialSummary(
      metrics: result.metrics.filter { $0.value.isFinite }, bestEpoch: result.bestEpoch,
      steps: result.steps, adapterHash: try adapterHash(trial))
    return Reading(
      ending: ending(result, summary), seconds: result.timing.seconds,
      peakMemoryBytes: result.timing.peakMemoryBytes)
  }

  private static func ending(_ result: TrialResult, _ summary: TrialSummary) -> TrialEnding {
    if let score = result.score, score.isFinite, result.state == .complete {
      return .complete(score: score, summary)
    }
    let reason =
      result.failure
      ?? (result.state == .complete ? "the score is not a finite number" : "no reason was given")
    return .failed(reason: reason, summary)
  }

  private static func adapterHash(_ trial: TrialDirectory) throws -> String? {
    trial.hasAdapter ? try RunFiles.hash(trial.adapterFile) : nil
  }
}
