internal import Executors
internal import RunStore

/// What to do with a trial whose worker has ended without leaving a result.
enum TrialVerdict: Equatable {
  /// Count it as failed, for this reason.
  case fail(String)
  /// Train it again from its newest checkpoint.
  case restart(String)
  /// Leave it for the next sitting.
  case leave
  /// Stop the study: the machine is at fault.
  case halt(code: Int32)

  /// - Parameters:
  ///   - outcome: how the worker ended.
  ///   - step: the step of the newest checkpoint.
  ///   - attempts: all sittings so far, the one that has just ended last.
  ///   - isStopping: whether the study has asked its workers to stop.
  init(_ outcome: JobOutcome, step: Int, attempts: [AttemptRecord], isStopping: Bool) {
    switch outcome {
    case .cancelled: self = .leave
    case .exited(JobOutcome.stoppedWithCheckpoint):
      self = isStopping ? .leave : Self.loss("was stopped by somebody else", step, attempts)
    case .lost(let signal):
      self =
        isStopping ? .leave : Self.loss("was lost to \(Self.name(of: signal))", step, attempts)
    case .exited(0): self = .fail("the worker ended without a result")
    case .exited(let code) where StudyError.machineCodes.contains(code): self = .halt(code: code)
    case .exited(let code): self = .fail("the worker ended with exit code \(code)")
    case .outOfMemory: self = .fail("out of memory: the kernel ended the worker")
    case .timeLimit(let seconds):
      self = .fail("time limit: the trial took longer than \(Self.text(seconds)) s")
    case .memoryLimit(let bytes):
      self = .fail("memory limit: the worker used more than \(bytes / 1_000_000) MB")
    }
  }

  /// A second loss under one controller without a step of progress is a failure.
  ///
  /// A new controller starts counting anew: what ended the last one may have ended its workers too.
  private static func loss(
    _ what: String, _ step: Int, _ attempts: [AttemptRecord]
  ) -> TrialVerdict {
    if let last = attempts.last, let before = attempts.dropLast().last, last.step == step,
      before.fence == last.fence, before.outcome?.hasPrefix(lostWord) == true
    {
      return .fail("the worker \(what) twice at step \(step)")
    }
    return .restart("\(lostWord) at step \(step): the worker \(what)")
  }

  /// The first word of an attempt's outcome that counts as a loss.
  static let lostWord = "lost"

  private static func name(of signal: Int32) -> String {
    switch signal {
    case 6: "SIGABRT"
    case 7: "SIGBUS"
    case 9: "SIGKILL"
    case 11: "SIGSEGV"
    case 15: "SIGTERM"
    default: "signal \(signal)"
    }
  }

  private static func text(_ seconds: Double) -> String {
    seconds == seconds.rounded() ? String(Int(seconds)) : String(seconds)
  }
}
