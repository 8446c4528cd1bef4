internal import RunStore
internal import SearchSpaces
internal import Studies

/// How the Markov chains of a fully Bayesian strategy went, fit by fit.
struct FitSection {
  private let summary: FitSummary
  private let diagnostics: [Int: FitDiagnostics]

  /// nil where no proposal of the run came from Markov chains.
  init?(_ source: ReportSource) throws {
    diagnostics = try source.history.fits()
    guard let summary = FitSummary(diagnostics) else { return nil }
    self.summary = summary
  }

  var section: ReportDocument.Section {
    var blocks: [ReportDocument.Block] = []
    if let warning = summary.warning { blocks.append(.callout([warning], isWarning: true)) }
    let worst =
      summary.worst.map { "the worst R̂ is \(Markup.number($0.rHat, 3))" } ?? "no R̂ is known"
    let draws = summary.fewestEffectiveDraws.map {
      "; the fewest effective draws of a hyper-parameter are \(Markup.number($0, 1))"
    }
    blocks.append(
      .paragraph(
        "\(summary.fits) proposals come from draws of the hyper-parameters: \(worst), "
          + "\(summary.divergences) trajectories diverged\(draws ?? "")."))
    var table = Table(columns: ["trial", "r_hat", "effective_draws", "draws", "divergences"])
    for (trial, fit) in diagnostics.sorted(by: { $0.key < $1.key }) {
      table.append([
        .integer(trial), .number(fit.rHat, digits: 3), .number(fit.effectiveDraws, digits: 1),
        .integer(fit.draws), .integer(fit.divergences),
      ])
    }
    blocks.append(
      .table(
        table, name: "fits",
        caption: "The fit behind each proposal: the largest split R̂ and the smallest effective "
          + "number of draws over all hyper-parameters, and divergent trajectories."))
    return ReportDocument.Section(title: "Fits of the model", blocks: blocks)
  }
}
