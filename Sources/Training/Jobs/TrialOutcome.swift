/// How one sitting of a training ended.
public enum TrialOutcome: Sendable {
  /// The training reached its end; `result.json` and, unless it failed, `adapter.safetensors`
  /// are durable.
  case finished(TrialResult)
  /// It was asked to stop; a checkpoint is durable, and the next sitting goes on from there.
  case stopped
}
