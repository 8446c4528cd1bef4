public import RunStore
public import SearchSpaces

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

/// What can be wrong with the runs that a report is asked for.
public enum ReportError: Error, Equatable, CustomStringConvertible {
  case nothingToReport(run: String)
  /// Several runs were named, and not all of them are one design on different tasks.
  case notOneDesign(first: String, other: String, reason: String)
  case wrongMargin(Double)

  public var description: String {
    switch self {
    case .nothingToReport(let run):
      "\(run) has no trial with a score yet. Resume it, then ask for the report again."
    case .notOneDesign(let first, let other, let reason):
      "\(first) and \(other) cannot be read as one study: \(reason). Several runs make one report "
        + "where one design (same space, strategy, seed and backbone) was run on several tasks."
    case .wrongMargin(let margin):
      "the margin of equivalence must be a number above 0, got \(margin)."
    }
  }

  /// The process's exit code.
  public var exitCode: Int32 {
    switch self {
    case .nothingToReport: 3
    case .notOneDesign, .wrongMargin: 2
    }
  }
}
