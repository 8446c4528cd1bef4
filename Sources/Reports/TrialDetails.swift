public import RunStore
import SearchSpaces
import Studies
import Training

/// One trial in full.
public enum TrialDetails {
  /// What is known of a trial, a row each.
  public static func table(_ record: TrialRecord, in history: RunHistory) throws -> Table {
    let trial = record.trial
    let costs = trial.costs
    var table = Table(columns: ["property", "value"])
    table.append([.text("trial"), .integer(trial.number)])
    table.append([.text("state"), .text(trial.state.rawValue)])
    table.append([.text("origin"), .text(trial.origin.rawValue)])
    table.append([.text("identity"), .text(record.identity)])
    if let fidelity = trial.fidelity {
      table.append([
        .text("epochs"), .text("\(fidelity.epochs) of \(trial.configuration.training.epochs)"),
      ])
      if let below = fidelity.continues { table.append([.text("goes_on_from"), .integer(below)]) }
    }
    table.append([.text("score"), .number(trial.score, digits: 4)])
    for (name, value) in (record.summary?.metrics ?? [:]).sorted(by: { $0.key < $1.key }) {
      table.append([.text(name), .number(value, digits: 4)])
    }
    table.append([
      .text("best_epoch"), record.summary?.bestEpoch.map { .integer($0) } ?? .missing,
    ])
    table.append([.text("steps"), record.summary.map { .integer($0.steps) } ?? .missing])
    table.append([.text("parameters (deployed)"), .integer(costs.parameters.deployed)])
    table.append([.text("parameters (trained)"), .integer(costs.parameters.trained)])
    table.append([.text("optimizer_bytes"), .integer(costs.optimizerBytes)])
    table.append([.text("activation_bytes"), .integer(costs.activationBytes)])
    table.append([.text("flops_per_token"), .integer(costs.flopsPerToken)])
    table.append([.text("file_bytes"), .integer(costs.fileBytes)])
    table.append([
      .text("added_latency_estimate"),
      .number(1e-6 * Double(costs.addedLatencyEstimate), digits: 6),
    ])
    if let seconds = try history.times()[trial.number]?.seconds {
      table.append([.text("seconds"), .number(seconds, digits: 1)])
    }
    if let fit = try history.fits()[trial.number] {
      table.append([.text("fit_r_hat"), .number(fit.rHat, digits: 3)])
      table.append([.text("fit_effective_draws"), .number(fit.effectiveDraws, digits: 1)])
      table.append([.text("fit_draws"), .integer(fit.draws)])
      table.append([.text("fit_divergences"), .integer(fit.divergences)])
    }
    if let failure = trial.failure {
      table.append([.text("failure"), .text(failure)])
    }
    return table
  }

  /// What must not be overlooked about the fit that proposed a trial; nil where it is sound.
  public static func fitWarning(_ number: Int, in history: RunHistory) throws -> String? {
    try history.fits()[number].flatMap { FitSummary([number: $0])?.warning }
  }

  /// The epochs of a finished trial.
  public static func epochs(_ trial: TrialDirectory) throws -> Table {
    var table = Table(columns: [
      "epoch", "step", "training_loss", "validation_loss", "validation_score",
    ])
    guard trial.hasResult else { return table }
    for epoch in try trial.readResult().epochs {
      table.append([
        .integer(epoch.epoch), .integer(epoch.step), .number(epoch.trainingLoss, digits: 4),
        .number(epoch.validationLoss, digits: 4), .number(epoch.validationScore, digits: 4),
      ])
    }
    return table
  }
}
