import Foundation
import Statistics
public import Studies

/// What retraining on fresh seeds has shown.
public enum ConfirmationTable {
  /// One row a finalist, the highest mean first.
  public static func finalists(_ report: ConfirmationReport) -> Table {
    var table = Table(columns: [
      "trial", "origin", "search_score", "mean", "deviation", "seeds", "failures", "parameters",
    ])
    for finalist in report.finalists {
      table.append([
        .integer(finalist.trial), .text(finalist.origin),
        .number(finalist.searchScore, digits: 4), .number(finalist.mean, digits: 4),
        .number(finalist.deviation, digits: 4), .integer(finalist.scores.count),
        .integer(finalist.failures), .integer(finalist.parameters),
      ])
    }
    return table
  }

  /// What the numbers allow to say, in words.
  public static func verdict(_ report: ConfirmationReport) -> String {
    var lines = [
      "", "On fresh seeds trial \(report.winner) has the highest mean validation score.",
    ]
    let whole = report.finalists.map(\.retrainings).max() ?? 0
    let left = report.finalists.count { $0.retrainings < whole }
    if left > 0 {
      lines.append(
        "\(left) of \(report.finalists.count) left the race early, shown to be worse than the "
          + "leader; their means are over fewer seeds.")
    }
    if let reference = report.reference, let difference = report.difference {
      lines.append(
        "It differs from the best reference, trial \(reference), by "
          + BestTable.interval(difference)
          + " over \(difference.count) paired seeds (95 % interval).")
      lines.append(
        difference.isClear
          ? "The interval leaves out 0." : "The interval holds 0: the comparison is inconclusive.")
    }
    if let test = report.test {
      lines.append("Test split, opened once: winner \(summary(test.winner))")
      if !test.reference.isEmpty {
        lines[lines.count - 1] += ", reference \(summary(test.reference))"
      }
      lines[lines.count - 1] += "."
      if let difference = test.difference {
        lines.append(
          "Paired over \(difference.count) test examples: \(BestTable.interval(difference))"
            + (difference.isClear ? "." : ", which holds 0: inconclusive."))
      }
    } else {
      lines.append("The task has no test file, or it has not been opened.")
    }
    return lines.joined(separator: "\n")
  }

  private static func summary(_ scores: [Double]) -> String {
    guard !scores.isEmpty else { return "none" }
    let mean = scores.reduce(0, +) / Double(scores.count)
    guard scores.count > 1 else { return String(format: "%.4f (1 seed)", mean) }
    let squares = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = (squares / Double(scores.count - 1)).squareRoot()
    return String(format: "%.4f ± %.4f (%d seeds)", mean, deviation, scores.count)
  }
}
