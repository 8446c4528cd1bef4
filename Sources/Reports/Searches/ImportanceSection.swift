internal import SearchStrategies

/// What matters, by the functional ANOVA of a surrogate of the scores.
struct ImportanceSection {
  let importance: ScoreImportance

  /// Bars and interactions beyond these are left to the tables' files.
  static let mostBars = 15
  static let mostPairs = 10

  init(_ importance: ScoreImportance) {
    self.importance = importance
  }

  var section: ReportDocument.Section {
    var blocks: [ReportDocument.Block] = []
    if let doubt = importance.doubt {
      blocks.append(.callout([Self.sentence(doubt)], isWarning: true))
    }
    guard !importance.decisions.isEmpty else {
      return ReportDocument.Section(title: "What matters", blocks: blocks)
    }
    blocks.append(.paragraph(explanation))
    blocks.append(
      .figure(
        BarChart.picture(
          importance.decisions.prefix(Self.mostBars).map { (name: $0.name, value: $0.main.value) },
          title: "Importance of decisions", name: "main effect, share of the variance", digits: 3),
        caption: "Main effects: what the value of one decision explains alone."))
    blocks.append(.table(decisions, name: "importance", caption: "All decisions."))
    if !importance.interactions.isEmpty {
      blocks.append(
        .table(
          interactions, name: "interactions",
          caption: "The largest interactions: what two decisions explain together beyond their "
            + "main effects."))
    }
    return ReportDocument.Section(title: "What matters", blocks: blocks)
  }

  /// Why nothing follows.
  static func sentence(_ doubt: ScoreImportance.Doubt) -> String {
    switch doubt {
    case .fewTrials(let count, let needed):
      "Inconclusive: \(count) finished trials lie in the space, \(needed) are needed."
    case .constant:
      "Inconclusive: the model of the scores is the same everywhere; no decision shows an effect."
    case .unexplained:
      "Inconclusive: the model predicts left-out scores hardly better than their mean does. The shares "
        + "below are what it believes, and it should not be believed."
    }
  }

  private var explanation: String {
    var words =
      "Functional ANOVA of a Gaussian process of the scores over the space's own uniform law."
    if let explained = importance.explained {
      words +=
        " The process explains \(Markup.number(100 * max(0, explained), 0)) % of the variance of scores "
        + "that it was not told."
    }
    words +=
      importance.isExact
      ? " The shares of its posterior mean are exact."
      : " The shares of its posterior mean come from a fixed sample; ± is one standard error."
    words +=
      " A total also counts all interactions of the decision. 'Where present' is the main effect in "
      + "the part of the space where the decision exists, as a share of the variance there. Limits "
      + "and constraints are not looked at."
    return words
  }

  private var decisions: Table {
    var table = Table(columns: [
      "decision", "main", "main_error", "total", "total_error", "presence", "where_present",
      "where_present_error",
    ])
    for decision in importance.decisions {
      table.append([
        .text(decision.name), .number(decision.main.value, digits: 4),
        .number(decision.main.error, digits: 4), .number(decision.total.value, digits: 4),
        .number(decision.total.error, digits: 4), .number(decision.presence, digits: 3),
        .number(decision.mainWherePresent?.value, digits: 4),
        .number(decision.mainWherePresent?.error, digits: 4),
      ])
    }
    return table
  }

  private var interactions: Table {
    var table = Table(columns: ["first", "second", "share", "error"])
    for pair in importance.interactions.prefix(Self.mostPairs) {
      table.append([
        .text(pair.first), .text(pair.second), .number(pair.share.value, digits: 4),
        .number(pair.share.error, digits: 4),
      ])
    }
    return table
  }
}
