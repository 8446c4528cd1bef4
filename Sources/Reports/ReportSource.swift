public import RunStore
public import SearchSpaces
public import Training

/// One run as a report sees it.
public struct ReportSource: Sendable {
  public let history: RunHistory
  public let space: SearchSpace
  let settings: StudySettings
  /// All trials of the search in order, retrainings apart.
  let records: [TrialRecord]

  public init(history: RunHistory, space: SearchSpace) throws {
    self.history = history
    self.space = space
    settings = try history.settings()
    records = try history.trials().filter { $0.trial.origin != .confirmation }
  }

  var trials: [Trial] { records.map(\.trial) }
  var name: String { history.run.name }

  /// The task's name without the folder it stands in.
  var task: String {
    settings.task.split(separator: "/").last.map(String.init) ?? settings.task
  }

  var backbone: String {
    settings.backbone.split(separator: "/").last.map(String.init) ?? settings.backbone
  }
}

/// What can be wrong with the runs or scores that a report is asked for.
public enum ReportError: Error, Equatable, CustomStringConvertible {
  case nothingToReport(run: String)
  /// Several runs were named, and not all of them are one design on different tasks.
  case notOneDesign(first: String, other: String, reason: String)
  case wrongMargin(Double)
  // A table of scores.
  case unknownArm(String, file: String, known: [String])
  case nothingToCompare(file: String, arms: Int)
  case notAScore(place: FilePlace, got: String)
  case scoredTwice(place: FilePlace, arm: String, block: String)

  public var description: String {
    switch self {
    case .nothingToReport(let run):
      "\(run) has no trial with a score yet. Resume it, then ask for the report again."
    case .notOneDesign(let first, let other, let reason):
      "\(first) and \(other) cannot be read as one study: \(reason). Several runs make one report "
        + "where one design (same space, strategy, seed and backbone) was run on several tasks."
    case .wrongMargin(let margin):
      "the margin of equivalence must be a number above 0, got \(margin)."
    case .unknownArm(let name, let file, let known):
      "\(file) has no arm '\(name)'. It has: \(known.joined(separator: ", "))."
    case .nothingToCompare(let file, let arms):
      "\(file) has nothing to compare: \(arms) arm(s) with a block that every task has. At least two "
        + "arms are needed; do --arm, --block, --task and --where name what they should?"
    case .notAScore(let place, let got):
      "\(place): a score must be a finite number, or empty for a failure, got '\(got)'."
    case .scoredTwice(let place, let arm, let block):
      "\(place): arm '\(arm)' has a second score in block '\(block)'. Name the column that tells the "
        + "two apart with --task, or leave one of them out with --where."
    }
  }

  /// The process's exit code.
  public var exitCode: Int32 {
    switch self {
    case .nothingToReport: 3
    case .notOneDesign, .wrongMargin, .unknownArm, .nothingToCompare: 2
    case .notAScore, .scoredTwice: 65
    }
  }
}
