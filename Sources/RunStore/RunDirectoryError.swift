/// A run's folder cannot be made, found, or written.
public enum RunDirectoryError: Error, Equatable, CustomStringConvertible {
  /// What a run's name breaks.
  public enum NameRule: Sendable {
    case empty
    case long
    case slash
    case start
    case control
  }

  case badName(name: String, rule: NameRule)
  case exists(run: String)
  case missing(run: String)
  case incomplete(run: String, file: String)
  case cannotCreate(path: String, reason: String)
  case cannotRead(path: String, reason: String)
  case cannotWrite(path: String, reason: String)
  case diskFull(run: String, free: Int, needed: Int)
  /// Another process owns the run.
  case locked(run: String, owner: LockOwner)
  /// A lock that only its owner's machine can judge.
  case lockedElsewhere(run: String, owner: LockOwner)
  case environmentChanged(run: String, differences: [String])

  public var description: String {
    switch self {
    case .badName(let name, let rule): badNameText(name, rule)
    case .exists(let run):
      "run directory \(run) exists already. "
        + "Continue it with 'autopeft resume \(run)', or choose another --run."
    case .missing(let run):
      "run directory \(run) does not exist. "
        + "Check the path, or start a run with 'autopeft search'."
    case .incomplete(let run, let file):
      "\(run) is not a run directory: it has no \(file)."
    case .cannotCreate(let path, let reason): "cannot create \(path): \(reason)."
    case .cannotRead(let path, let reason): "cannot read \(path): \(reason)."
    case .cannotWrite(let path, let reason):
      "cannot write \(path): \(reason). "
        + "Nothing recorded so far is lost; resume the run when this is mended."
    case .diskFull(let run, let free, let needed):
      "the disk of \(run) has \(ByteCount.text(free)) left, a trial needs "
        + "\(ByteCount.text(needed)). Free some space, then resume the run."
    case .locked(let run, let owner):
      "\(run) is in use: process \(owner.pid) on \(owner.host) works on it since \(owner.since). "
        + "Wait for it, or stop it with 'kill \(owner.pid)'."
    case .lockedElsewhere(let run, let owner):
      "\(run) was last held by process \(owner.pid) on \(owner.host) since \(owner.since), "
        + "and this file system cannot say whether it lives. If it is gone, remove \(run)/lock."
    case .environmentChanged(let run, let differences):
      "\(run) was started in another environment: \(differences.joined(separator: "; ")). "
        + "Results may differ in their last bits; --accept-environment continues all the same."
    }
  }

  private func badNameText(_ name: String, _ rule: NameRule) -> String {
    switch rule {
    case .empty: "a run's name must not be empty."
    case .long: "a run's name has at most 100 characters, got \(name.count)."
    case .slash:
      "a run's name must not contain '/', got '\(name)'. Use --runs-dir for the folder."
    case .start: "a run's name must not begin with '.' or '-', got '\(name)'."
    case .control: "a run's name must not contain control characters."
    }
  }

  /// The process's exit code: 2 usage, 73 cannot create, 74 input or output failed.
  public var exitCode: Int32 {
    switch self {
    case .badName, .exists, .missing, .locked, .lockedElsewhere, .environmentChanged: 2
    case .incomplete: 65
    case .cannotCreate: 73
    case .cannotRead, .cannotWrite, .diskFull: 74
    }
  }
}

/// Numbers of bytes as people read them.
enum ByteCount {
  /// Three digits at most: `512 B`, `1.5 GB` (powers of 1000).
  static func text(_ bytes: Int) -> String {
    let units = ["B", "kB", "MB", "GB", "TB", "PB"]
    var value = Double(bytes)
    var unit = 0
    while value >= 999.5 && unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    let tenths = (value * 10).rounded() / 10
    let digits = unit == 0 || tenths >= 100 ? "\(Int(value.rounded()))" : "\(tenths)"
    return "\(digits) \(units[unit])"
  }
}
