public import RunStore

/// What a study tells its onlookers while it runs; outside the promise of equal bytes.
public enum StudyProgress: Sendable {
  case proposed(TrialRecord)
  /// A worker begins; `step` > 0 says that it goes on from a checkpoint.
  case started(trial: Int, attempt: Int, step: Int)
  /// A durable result stands in the trial's folder; it counts once all earlier trials do.
  case finished(trial: Int)
  case recorded(TrialRecord)
  /// A lost worker's trial waits for another one.
  case restarting(trial: Int, reason: String)
  /// No trial is started any more.
  case stopping
}

/// How a sitting of a study ended.
public enum StudyOutcome: Sendable, Equatable {
  /// All trials of the budget count.
  case complete
  /// The space holds no further configuration, and all trials count.
  case exhausted
  /// The wall time of the budget is over.
  case timeLimit
  /// On request; every unfinished trial has a checkpoint or nothing to lose.
  case stopped
}
