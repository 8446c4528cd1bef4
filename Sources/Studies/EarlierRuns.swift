public import Foundation
public import RunStore
public import SearchSpaces
public import SearchStrategies

/// What a run has taken over from earlier ones: read once, then frozen in the run's own directory.
///
/// The file `earlier.json` is part of the run as the space file is: its hash stands in the settings,
/// and the earlier runs may be removed.
public enum EarlierRuns {
  /// Reads what a run has found out, as far as it exists in a space.
  ///
  /// - Throws: `EarlierRunError` for a run of which nothing can be taken; what opening throws for a
  ///   folder that is no run.
  public static func take(from run: RunDirectory, into space: SearchSpace) throws -> EarlierRun {
    let trials = try RunHistory.open(run).trials().map(\.trial)
      .filter { $0.origin != .confirmation }
    guard trials.contains(where: { $0.finalScore != nil && $0.point != nil }) else {
      throw EarlierRunError.nothingFinished(run: run.path)
    }
    let earlier = EarlierRun(name: run.name, trials: trials, space: space)
    guard !earlier.observations.isEmpty else {
      throw EarlierRunError.incompatible(
        run: run.path, trials: earlier.dropped, reason: earlier.firstRefusal ?? "")
    }
    return earlier
  }

  /// The bytes of `earlier.json`, which its hash is of.
  public static func document(_ runs: [EarlierRun]) throws -> Data {
    try CanonicalJSON.document(runs)
  }

  /// What a run has frozen; none for a run that was started without.
  ///
  /// - Throws: `EarlierRunError.changed` where the file is not the one of the start.
  public static func frozen(
    in run: RunDirectory, settings: StudySettings
  ) throws -> [EarlierRun] {
    guard let hash = settings.earlierHash else { return [] }
    guard try RunFiles.hash(run.earlierFile) == hash else {
      throw EarlierRunError.changed(file: run.earlierFile)
    }
    return try RunFiles.decode([EarlierRun].self, from: run.earlierFile)
  }
}

/// Nothing can be taken over from an earlier run.
public enum EarlierRunError: Error, Equatable, CustomStringConvertible {
  case repeated(run: String)
  case nothingFinished(run: String)
  case incompatible(run: String, trials: Int, reason: String)
  case changed(file: String)

  public var description: String {
    switch self {
    case .repeated(let run): "--from names \(run) twice. Name each earlier run once."
    case .nothingFinished(let run):
      "--from \(run): no trial of it has a point of its space and a score, so there is nothing to "
        + "learn from. Resume it, or leave it out."
    case .incompatible(let run, let trials, let reason):
      "--from \(run): none of its \(trials) finished configurations exists in this space. Of the "
        + "first one: \(reason). Decisions are matched by their paths and values; "
        + "'autopeft space check' prints those of a space file."
    case .changed(let file):
      "\(file) is not the file that the run was started with. Restore it; the search depends on it."
    }
  }

  /// The process's exit code: 2 for what can be asked differently, 3 nothing there, 65 damaged data.
  public var exitCode: Int32 {
    switch self {
    case .repeated, .incompatible: 2
    case .nothingFinished: 3
    case .changed: 65
    }
  }
}
