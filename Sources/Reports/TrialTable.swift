public import RunStore
import SearchSpaces

/// The trials of a run as a table.
public enum TrialTable {
  /// All trials by number; times and memory only where they are asked for.
  ///
  /// Tables for people show a digest of the configuration; the other formats give its identity and
  /// its JSON.
  public static func table(
    _ history: RunHistory, includesTimes: Bool, for format: Table.Format
  ) throws -> Table {
    let forPeople = format == .table
    var columns = ["trial", "state", "origin", "replicate", "epochs", "score", "parameters"]
    columns += forPeople ? ["configuration"] : ["identity", "configuration", "failure"]
    if includesTimes { columns += ["seconds", "peak_memory_bytes"] }
    var table = Table(columns: columns)
    let times = includesTimes ? try history.times() : [:]
    for record in try history.trials() {
      let trial = record.trial
      var row: [Table.Cell] = [
        .integer(trial.number), .text(trial.state.rawValue), .text(trial.origin.rawValue),
        .integer(record.replicate),
        .integer(trial.fidelity?.epochs ?? trial.configuration.training.epochs),
        .number(trial.score, digits: 4), .integer(trial.costs.parameters.deployed),
      ]
      if forPeople {
        row.append(.text(trial.failure ?? trial.configuration.digest))
      } else {
        row += [
          .text(record.identity), .text(try CanonicalJSON.text(trial.configuration)),
          trial.failure.map { .text($0) } ?? .missing,
        ]
      }
      if includesTimes {
        let time = times[trial.number]
        row += [
          .number(time?.seconds, digits: 1), time?.peakMemoryBytes.map { .integer($0) } ?? .missing,
        ]
      }
      table.append(row)
    }
    return table
  }
}
