public import RunStore
import SearchSpaces

/// Where runs stand, a row each.
public enum StatusTable {
  public static let empty = Table(columns: [
    "run", "state", "strategy", "complete", "failed", "running", "planned", "best", "best_trial",
    "seconds",
  ])

  /// Adds a run; one that cannot be read gets a row that says so.
  public static func append(_ run: RunDirectory, to table: inout Table) throws {
    let history = try RunHistory.open(run)
    let trials = try history.trials().filter { $0.replicate == 0 }
    let planned = try history.budget().trials
    let best = trials.filter { $0.state == .complete }
      .compactMap { record in record.trial.finalScore.map { (record.number, $0) } }
      .max { ($0.1, -$0.0) < ($1.1, -$1.0) }
    let isExhausted = try history.events().contains { $0.kind == .exhausted }
    let isHeld = try RunLock.isHeld(run)
    let recorded = trials.count(where: \.isRecorded)
    let state =
      isHeld
      ? "running" : recorded >= planned ? "complete" : isExhausted ? "exhausted" : "stopped"
    table.append([
      .text(run.name), .text(state), .text(try history.settings().strategy),
      .integer(trials.count { $0.state == .complete }),
      .integer(trials.count { $0.state == .failed }),
      .integer(trials.count { $0.state == .running }), .integer(planned),
      .number(best?.1, digits: 4), best.map { .integer($0.0) } ?? .missing,
      .number(try history.elapsedSeconds(), digits: 0),
    ])
  }
}
