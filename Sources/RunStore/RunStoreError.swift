/// A run's database cannot be opened, read, or written.
public enum RunStoreError: Error, Equatable, CustomStringConvertible {
  case missing(path: String)
  /// The file is no database, or its pages are not what SQLite wrote.
  case damaged(path: String, detail: String)
  /// A database of some other program.
  case foreign(path: String)
  case newer(path: String, found: Int, known: Int)
  /// A reader met an older schema, which only a controller may migrate.
  case older(path: String, found: Int, known: Int)
  /// A cell does not hold what this program writes there.
  case damagedRow(path: String, table: String, row: Int, column: String, detail: String)
  case diskFull(path: String)
  case inputOutput(path: String, detail: String)
  case noPermission(path: String, detail: String)
  case busy(path: String)
  /// The schema's own rules refused a row.
  case refused(path: String, detail: String)
  /// Another controller has taken the run over since.
  case superseded(path: String, fence: Int, current: Int)
  /// A write failed before, and what reached the disk is not known.
  case stopped(path: String, cause: String)
  case duplicate(identity: String, trial: Int)
  case unknownTrial(path: String, number: Int)
  case wrongState(path: String, number: Int, state: String, expected: String)
  case unexpected(path: String, detail: String)

  public var description: String {
    switch self {
    case .missing(let path): "\(path) does not exist. Is this a run directory?"
    case .damaged(let path, let detail):
      "\(path) is damaged: \(detail). Results stand in the trials' result.json files all the same; "
        + "restore the database from a copy."
    case .foreign(let path): "\(path) is a database, but not one of autopeft."
    case .newer(let path, let found, let known):
      "\(path) was written by a newer autopeft (schema \(found), this program knows \(known)). "
        + "Update autopeft, or choose another --run."
    case .older(let path, let found, let known):
      "\(path) was written by an older autopeft (schema \(found), this program reads \(known)). "
        + "'autopeft resume' migrates it after a backup."
    case .damagedRow(let path, let table, let row, let column, let detail):
      "\(path) is damaged: table \(table), row \(row), column \(column): \(detail)."
    case .superseded(let path, let fence, let current):
      "\(path) now belongs to another process (counter \(current), this one holds \(fence)). "
        + "Nothing was written; stop this process."
    case .duplicate(let identity, let trial):
      "configuration \(identity) was proposed again; trial \(trial) trains it already. "
        + "This is an error of the strategy."
    case .unknownTrial(let path, let number): "\(path) has no trial \(number)."
    case .wrongState(let path, let number, let state, let expected):
      "\(path): trial \(number) is \(state), expected \(expected)."
    case .diskFull(let path):
      "\(path) cannot grow: the disk is full. Free some space, then resume the run; "
        + "nothing recorded so far is lost."
    case .inputOutput(let path, let detail):
      "\(path) cannot be read or written: \(detail). Check the disk, then resume the run."
    case .noPermission(let path, let detail):
      "\(path) cannot be opened: \(detail). Check the owner and the mode of the run directory."
    case .busy(let path):
      "\(path) is locked by another process for longer than 20 seconds. "
        + "Close what has it open, then resume the run."
    case .refused(let path, let detail): "\(path) refuses a row: \(detail)."
    case .stopped(let path, let cause):
      "\(path) is closed to writing after an error: \(cause)"
    case .unexpected(let path, let detail): "\(path): \(detail)."
    }
  }

  /// The process's exit code: 65 damaged data, 74 input or output failed, 1 a fault of this program.
  public var exitCode: Int32 {
    switch self {
    case .missing, .newer, .older, .unknownTrial: 2
    case .damaged, .foreign, .damagedRow: 65
    case .diskFull, .inputOutput, .noPermission, .busy, .stopped: 74
    case .refused, .superseded, .duplicate, .wrongState, .unexpected: 1
    }
  }
}
