/// A study cannot go on.
public enum StudyError: Error, Equatable, CustomStringConvertible {
  case unknownSetting(name: String, value: String, known: [String])
  /// A worker says that the machine, not the configuration, is at fault.
  case workerFailed(trial: Int, code: Int32, log: String, tail: String)
  /// The strategy proposed what is a trial already.
  case repeatedProposal(identity: String, trial: Int, strategy: String)
  case unfinishedTrials(count: Int, run: String)
  case nothingToConfirm(run: String)
  case confirmationCounts(top: Int, seeds: Int)
  case testAlreadyOpened(run: String)
  /// The frozen space file is not the one that the settings name by its hash.
  case spaceChanged(run: String)
  /// Two results do not score the same examples.
  case differentExamples(trial: Int, count: Int, other: Int, otherCount: Int)

  public var description: String {
    switch self {
    case .unknownSetting(let name, let value, let known):
      "unknown \(name) '\(value)'. Known: \(known.joined(separator: ", "))."
    case .workerFailed(let trial, let code, let log, let tail):
      "the worker of trial \(trial) ended with exit code \(code): \(Self.meaning(of: code)). "
        + "The trial is not counted as failed; resume the run when this is mended. "
        + "Log: \(log)" + (tail.isEmpty ? "" : "\n" + Self.indented(tail))
    case .repeatedProposal(let identity, let trial, let strategy):
      "strategy '\(strategy)' proposed configuration \(identity) again, which is trial \(trial). "
        + "This is a fault of the strategy; nothing was trained twice."
    case .unfinishedTrials(let count, let run):
      "\(count) trials of \(run) are half trained. Resume the run first."
    case .nothingToConfirm(let run): "\(run) has no complete trial to confirm."
    case .confirmationCounts(let top, let seeds):
      "a confirmation needs at least 1 configuration and 2 seeds, got \(top) and \(seeds)."
    case .testAlreadyOpened(let run):
      "the test split of \(run) has been opened already, and is opened once only. "
        + "'autopeft best \(run)' prints what it gave."
    case .spaceChanged(let run):
      "\(run)/space.yaml is not the file that the run was started with. Restore it; "
        + "another space needs another run."
    case .differentExamples(let trial, let count, let other, let otherCount):
      "trial \(trial) was scored on \(count) examples, trial \(other) on \(otherCount): "
        + "they cannot be compared pairwise."
    }
  }

  /// The process's exit code.
  public var exitCode: Int32 {
    switch self {
    case .workerFailed(_, let code, _, _): code
    case .nothingToConfirm: 3
    case .unknownSetting, .unfinishedTrials, .confirmationCounts, .testAlreadyOpened: 2
    case .differentExamples, .spaceChanged: 65
    case .repeatedProposal: 1
    }
  }

  /// Codes by which a worker accuses the machine: damaged data, no output, input or output failed.
  static let machineCodes: Set<Int32> = [65, 73, 74]

  private static func meaning(of code: Int32) -> String {
    switch code {
    case 65: "damaged data"
    case 73: "output cannot be created"
    default: "reading or writing failed"
    }
  }

  private static func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)" }
      .joined(separator: "\n")
  }
}
