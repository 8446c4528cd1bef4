import Foundation
internal import RunStore
import SearchSpaces
import Statistics
public import Studies

/// The best trial of a search beside the best reference.
public enum BestTable {
  /// The best trial and every reference, a row each.
  ///
  /// `best_minus` is the mean of the paired differences over validation examples, with its 95 %
  /// interval.
  public static func comparison(_ report: BestReport, for format: Table.Format) throws -> Table {
    var table = Table(columns: [
      "what", "trial", "score", "best_minus", "lower", "upper", "parameters", "configuration",
    ])
    try append("best", report.best, nil, to: &table, for: format)
    for comparison in report.references where comparison.reference.number != report.best.number {
      try append(
        "reference", comparison.reference, comparison.difference, to: &table, for: format)
    }
    return table
  }

  /// The Pareto front of score and deployed parameters, from small to large.
  public static func front(_ report: BestReport) -> Table {
    var table = Table(columns: ["trial", "score", "parameters", "configuration"])
    for record in report.front {
      table.append([
        .integer(record.number), .number(record.trial.score, digits: 4),
        .integer(record.trial.costs.parameters.deployed),
        .text(record.trial.configuration.digest),
      ])
    }
    return table
  }

  /// What the numbers allow to say, in words.
  public static func verdict(_ report: BestReport, run: String) -> String {
    var lines = [""]
    if let reference = report.reference, let difference = report.difference {
      lines.append(
        "Trial \(report.best.number) beats the best reference, trial \(reference.number), by "
          + interval(difference)
          + " on \(difference.count) validation examples (95 % interval over examples).")
      lines.append(
        difference.isClear
          ? "The interval leaves out 0."
          : "The interval holds 0: this does not show that the two differ.")
    } else if report.reference?.number == report.best.number {
      lines.append(
        "No configuration of the space beats the best reference, trial \(report.best.number).")
    }
    let tried = report.triedConfigurations
    lines.append(
      "It is the best of \(tried) configurations (\(report.failedConfigurations) failed) on the "
        + "examples that chose it, so its score is optimistic. "
        + "'autopeft best \(run) --confirm 5 --seeds 5' retrains on fresh seeds and opens the test "
        + "file once.")
    return lines.joined(separator: "\n")
  }

  static func interval(_ difference: PairedDifference) -> String {
    let mean = String(format: "%+.4f", difference.mean)
    guard let lower = difference.lower, let upper = difference.upper else { return mean }
    return mean + String(format: " [%+.4f, %+.4f]", lower, upper)
  }

  private static func append(
    _ what: String, _ record: TrialRecord, _ difference: PairedDifference?,
    to table: inout Table, for format: Table.Format
  ) throws {
    table.append([
      .text(what), .integer(record.number), .number(record.trial.score, digits: 4),
      .number(difference?.mean, digits: 4), .number(difference?.lower, digits: 4),
      .number(difference?.upper, digits: 4),
      .integer(record.trial.costs.parameters.deployed),
      .text(
        format == .table
          ? record.trial.configuration.digest
          : try CanonicalJSON.text(record.trial.configuration)),
    ])
  }
}
