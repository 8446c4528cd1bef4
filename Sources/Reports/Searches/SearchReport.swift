internal import RunStore
internal import SearchSpaces
internal import Statistics
internal import Studies

/// The report of a search that optimises a score: history, front, importance, configurations.
public enum SearchReport {
  /// - Parameter includesTimes: whether seconds are told; they differ between two runs of one
  ///   command.
  /// - Throws: `ReportError`, and what reading predictions throws.
  public static func document(
    _ source: ReportSource, includesTimes: Bool
  ) throws -> ReportDocument {
    let analysis = try SearchAnalysis(source)
    let best = try BestReport.read(source.history)
    var sections = [outcome(analysis, best), history(analysis), front(analysis)]
    sections.append(ImportanceSection(analysis.importance).section)
    sections += [
      coordinates(analysis), RungSection(source)?.section, try FitSection(source)?.section,
      try EarlierTable.section(source),
    ]
    .compactMap { $0 }
    sections.append(FoundConfiguration.section([source]))
    sections.append(try trials(source, includesTimes: includesTimes))
    return ReportDocument(
      title: "Search \(source.name)",
      lead: "Strategy \(source.settings.strategy) on \(source.backbone), task \(source.task).",
      facts: facts(analysis), sections: sections,
      footer: "Written by autopeft report. Pictures and tables lie beside this page as SVG, JSON "
        + "and CSV.")
  }

  private static func facts(_ analysis: SearchAnalysis) -> [(name: String, value: String)] {
    let source = analysis.source
    let shape = source.space.backbone
    return [
      ("Backbone", "\(source.backbone), \(shape.layers) layers × \(shape.width)"),
      ("Decisions", "\(source.space.decisions.count)"),
      ("Trials with a score", "\(analysis.scored.count)"), ("Failed", "\(analysis.failed.count)"),
      (
        "Best score",
        Markup.number(analysis.scored.ranked().first?.trial.score ?? 0, 4)
      ),
      ("Seed", "\(source.settings.seed)"),
    ]
  }

  private static func outcome(
    _ analysis: SearchAnalysis, _ best: BestReport?
  ) -> ReportDocument.Section {
    var sentences: [String] = []
    if let best {
      sentences += BestTable.verdict(best, run: analysis.source.name)
        .split(separator: "\n").map(String.init)
    }
    return ReportDocument.Section(
      title: "Outcome",
      blocks: [.callout(sentences, isWarning: !(best?.difference?.isClear ?? false))]
    )
  }

  private static func history(_ analysis: SearchAnalysis) -> ReportDocument.Section {
    let points = analysis.scored.map { record in
      HistoryChart.Point(
        number: record.number, score: record.trial.score ?? 0,
        isReference: record.trial.origin == .reference,
        label: record.trial.configuration.digest)
    }
    var blocks: [ReportDocument.Block] = [
      .figure(
        HistoryChart.picture(
          points, failed: analysis.failed, title: "Scores by trial", scoreName: "validation score"),
        caption:
          "Validation score of each trial (circles), of the references (diamonds), and the best "
          + "so far (line). Crosses at the bottom: failed trials.")
    ]
    if analysis.hypervolume.count > 1 {
      let curve = analysis.hypervolume.map { (x: Double($0.trial), y: $0.value) }
      let last = analysis.hypervolume[analysis.hypervolume.count - 1].value
      blocks.append(
        .figure(
          CurveChart.picture(
            [CurveChart.Curve(name: "hypervolume", points: curve)],
            title: "Hypervolume by trial",
            summary: "Share of the box of score and parameters that the front covers, rising to "
              + Markup.number(last, 3) + ".",
            xName: "trial", yName: "share of the box", stepped: true),
          caption:
            "How much of the box between the worst and the best score and size the front covers: "
            + "it rises where a trial is better than all smaller ones."))
      var table = Table(columns: ["trial", "hypervolume"])
      for entry in analysis.hypervolume {
        table.append([.integer(entry.trial), .number(entry.value, digits: 4)])
      }
      blocks.append(.table(table, name: "hypervolume", caption: "The same as numbers."))
    }
    return ReportDocument.Section(title: "History", blocks: blocks)
  }

  private static func front(_ analysis: SearchAnalysis) -> ReportDocument.Section {
    let members = Set(analysis.front.map(\.number))
    let points = analysis.scored.map { record in
      FrontChart.Point(
        number: record.number, parameters: record.trial.costs.parameters.deployed,
        score: record.trial.score ?? 0, isReference: record.trial.origin == .reference,
        isOnFront: members.contains(record.number), label: record.trial.configuration.digest)
    }
    var table = Table(columns: ["trial", "score", "parameters", "configuration"])
    for record in analysis.front {
      table.append([
        .integer(record.number), .number(record.trial.score, digits: 4),
        .integer(record.trial.costs.parameters.deployed),
        .text(record.trial.configuration.digest),
      ])
    }
    return ReportDocument.Section(
      title: "Score and size",
      blocks: [
        .figure(
          FrontChart.picture(
            points, title: "Pareto front of score and parameters", scoreName: "validation score"),
          caption:
            "Each point is a trial; numbered points on the line are those that no other trial "
            + "beats in both score and parameters. Diamonds: references."),
        .table(table, name: "front", caption: "The front, from small to large."),
      ])
  }

  private static func coordinates(_ analysis: SearchAnalysis) -> ReportDocument.Section? {
    guard let lines = CoordinateLines(analysis) else { return nil }
    return ReportDocument.Section(
      title: "Configurations",
      blocks: [
        .figure(
          ParallelCoordinates.picture(
            lines.lines, axes: lines.axes, title: "Configurations across the decisions"),
          caption:
            "One line a trial over the first decisions of the table above; the strong lines are the best "
            + "tenth. A line stops where a decision does not exist.")
      ])
  }

  private static func trials(
    _ source: ReportSource, includesTimes: Bool
  ) throws -> ReportDocument.Section {
    ReportDocument.Section(
      title: "Trials",
      blocks: [
        .table(
          try TrialTable.table(source.history, includesTimes: includesTimes, for: .table),
          name: "trials", caption: "All trials of the run.")
      ])
  }
}
