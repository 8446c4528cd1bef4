internal import LinearAlgebra
internal import RunStore
internal import SearchSpaces
internal import SearchStrategies
internal import Statistics

/// The report of a designed experiment: decisions, evidence, verdicts, and what they do not show.
public enum DesignReport {
  /// Whether a run is a designed experiment.
  public static func applies(to source: ReportSource) -> Bool {
    source.trials.contains { $0.design != nil }
  }

  /// - Parameters:
  ///   - sources: one run, or runs of one design on several tasks.
  ///   - margin: the largest difference that does not matter, in units of the score.
  ///   - includesTimes: whether seconds are told; they differ between two runs of one command.
  /// - Throws: `ReportError`.
  public static func document(
    _ sources: [ReportSource], margin: Double, includesTimes: Bool
  ) throws -> ReportDocument {
    let analysis = try DesignAnalysis(sources, margin: margin)
    let first = sources[0]
    let names = sources.map(\.name).joined(separator: " and ")
    var sections = [decisions(analysis), unsupported(analysis)]
    sections += analysis.contrasts.map { contrast(analysis, $0) }
    sections += [methods(analysis), controls(analysis)].compactMap { $0 }
    sections.append(FoundConfiguration.section(sources, decisions: analysis.contrasts))
    sections.append(try CostSection.section(sources, includesTimes: includesTimes))
    sections.append(DesignNotes.section(analysis))
    return ReportDocument(
      title: "Design spaces of fine-tuning: \(names)",
      lead: "Strategy \(first.settings.strategy) on \(first.backbone), "
        + (sources.count == 1 ? "task" : "tasks") + " "
        + sources.map(\.task).joined(separator: ", ") + ".",
      facts: facts(analysis), sections: sections,
      footer: "Written by autopeft report. Pictures and tables lie beside this page as SVG, JSON "
        + "and CSV.")
  }

  private static func facts(_ analysis: DesignAnalysis) -> [(name: String, value: String)] {
    let first = analysis.sources[0]
    let trials = analysis.sources.flatMap(\.trials)
    let shape = first.space.backbone
    let defaults = first.space.trainingDefaults
    let examples = defaults.examples.map { "\($0) examples" } ?? "all examples"
    return [
      ("Backbone", "\(first.backbone), \(shape.layers) layers × \(shape.width)"),
      ("Layer groups", "\(first.space.groupCount)"),
      (
        "Budget",
        first.space.limits.first.map {
          "\(Markup.whole($0.limit)) parameters ("
            + Markup.number(100 * Double($0.limit) / Double(shape.parameterCount), 2) + " %)"
        } ?? "none"
      ),
      ("Fidelity", "\(examples), \(defaults.epochs) epochs"),
      ("Trainings", Markup.whole(trials.count { $0.state == .complete })),
      ("Failed", Markup.whole(trials.count { $0.state == .failed })),
      ("Equivalence margin", "± \(Markup.number(analysis.margin, 4))"),
      ("Seed", "\(first.settings.seed)"),
    ]
  }

  // MARK: Decisions

  static func badge(_ verdict: Verdict) -> ReportDocument.Badge {
    switch verdict {
    case .replicated: .yes
    case .equivalent: .same
    case .contradicted: .no
    case .inconclusive: .open
    }
  }

  private static func decisions(_ analysis: DesignAnalysis) -> ReportDocument.Section {
    let steps = analysis.contrasts.filter { $0.scores.arms.count > 1 }.map { contrast in
      let badge: ReportDocument.Badge =
        switch contrast.support {
        case .supported: .yes
        case .equivalent: .same
        case .inconclusive: .open
        }
      return (
        what: contrast.contrast, choice: contrast.leader ?? "–", badge: badge,
        status: contrast.support == .supported
          ? "supported: beats every other arm" : contrast.support.rawValue
      )
    }
    var blocks: [ReportDocument.Block] = [
      .paragraph(
        "Each step shows the arm with the highest mean score. A solid mark says that the data "
          + "support it against every other arm (Holm-adjusted p below 0.05 and a 95 % interval "
          + "above zero); a dashed one says that they do not decide."),
      .path(steps),
    ]
    if !analysis.contrasts.allSatisfy({ $0.verdict == nil }) {
      blocks.append(
        .table(
          DesignTables.verdicts(analysis), name: "verdicts",
          caption:
            "Verdicts on the published decisions: replicated, equivalent (within the margin), "
            + "contradicted, or inconclusive. The shift is the published choice minus its closest "
            + "rival (Hodges-Lehmann, 95 % BCa interval over blocks)."))
    }
    return ReportDocument.Section(title: "Decisions", blocks: blocks)
  }

  private static func unsupported(_ analysis: DesignAnalysis) -> ReportDocument.Section {
    ReportDocument.Section(
      title: "What the data do not support",
      blocks: [.callout(DesignNotes.unsupported(analysis), isWarning: true)])
  }

  // MARK: One contrast

  private static func contrast(
    _ analysis: DesignAnalysis, _ contrast: ContrastAnalysis
  ) -> ReportDocument.Section {
    let name = contrast.contrast
    let title = name.prefix(1).uppercased() + name.dropFirst()
    let spaces = contrast.scores.arms.map { (name: $0, values: contrast.scores.scores(of: $0)) }
    var blocks: [ReportDocument.Block] = [
      .paragraph(DesignNotes.summary(contrast, margin: analysis.margin)),
      .figure(
        DistributionChart.picture(
          spaces, title: "Distribution of scores by \(name)",
          leader: spaces.count > 1 ? contrast.leader : nil),
        caption:
          "Share of runs (vertical) with at most a score (horizontal): the further right, the "
          + "better the design space. Shaded: 95 % band for the whole curve (Dvoretzky, Kiefer, "
          + "Wolfowitz, Massart). Dashed: mean. Grey: the other arms. ▲ marks the highest mean."),
      .table(
        DesignTables.arms(contrast), name: "arms of \(name)",
        caption:
          "Scores of each arm. Expected best of 32: what the best of 32 random designs of the "
          + "space would score."),
    ]
    if contrast.scores.arms.count > 1 {
      blocks += evidence(analysis, contrast)
    }
    return ReportDocument.Section(title: title, blocks: blocks)
  }

  private static func evidence(
    _ analysis: DesignAnalysis, _ contrast: ContrastAnalysis
  ) -> [ReportDocument.Block] {
    let name = contrast.contrast
    let centre = contrast.published ?? contrast.leader ?? ""
    let rows = contrast.scores.arms.filter { $0 != centre }.compactMap { rival in
      contrast.comparison(centre, rival).map {
        IntervalChart.Row(
          label: "minus \(rival)", interval: $0.shift, isClear: $0.isSupported || $0.isReversed)
      }
    }
    var blocks: [ReportDocument.Block] = [
      .figure(
        IntervalChart.picture(
          rows, title: "\(centre) against the others, by \(name)",
          name: "paired difference of the score", margin: analysis.margin),
        caption: "\(centre) minus each other arm over the shared blocks: Hodges-Lehmann shift with "
          + "95 % interval. Filled: different from zero after Holm's adjustment. Hollow: not shown. "
          + "Stripe: the margin within which a difference does not matter."),
      .table(
        DesignTables.comparisons(contrast.comparisons, margin: analysis.margin),
        name: "pairs of \(name)",
        caption:
          "Paired comparisons as one family. p: sign-flip permutation test; Holm: adjusted over "
          + "the family; signed rank: Wilcoxon's test as a check."),
    ]
    if contrast.scores.arms.count <= ContrastAnalysis.fullFamily {
      blocks += expectedBest(analysis, contrast)
    }
    return blocks
  }

  private static func expectedBest(
    _ analysis: DesignAnalysis, _ contrast: ContrastAnalysis
  ) -> [ReportDocument.Block] {
    let name = contrast.contrast
    let key = RandomKey(seed: analysis.sources[0].settings.seed).derived("expected best")
    let curves = contrast.scores.arms.compactMap { arm -> (arm: String, curve: ExpectedBest)? in
      let scores = contrast.scores.scores(of: arm)
      return scores.isEmpty ? nil : (arm, ExpectedBest(scores, key: key.derived(arm)))
    }
    let drawn = curves.map { arm, curve in
      CurveChart.Curve(
        name: arm,
        points: curve.points.map { (x: Double($0.draws), y: $0.interval.estimate) },
        band: curve.points.map { (lower: $0.interval.lower, upper: $0.interval.upper) })
    }
    let ends = curves.map { arm, curve in
      "\(arm) "
        + Markup.number(curve.points.last?.interval.estimate ?? 0, 4)
    }
    return [
      .figure(
        CurveChart.picture(
          drawn, title: "Expected best of k random designs by \(name)",
          summary: "Expected best score of k random designs, rising with k. At 32: "
            + ends.joined(separator: ", ") + ".",
          xName: "k, random designs tried (logarithmic)", yName: "expected best score",
          logarithmicX: true),
        caption: "What a random search of k trials would find in each space, with 95 % bootstrap "
          + "bands. A constraint that only takes bad designs away lifts the left end and leaves the "
          + "right end where it was."),
      .table(
        DesignTables.expectedBest(curves), name: "expected best of \(name)",
        caption: "Expected best of k random designs."),
    ]
  }

  // MARK: Methods and controls

  private static func methods(_ analysis: DesignAnalysis) -> ReportDocument.Section? {
    guard let effects = analysis.effects else { return nil }
    let space = analysis.sources[0].space
    let methods = DesignEffects.methods(in: space)
    let groups = Array(1...space.groupCount)
    func effect(_ group: Int, _ method: String, _ level: String) -> MainEffects.Effect? {
      let factor = DesignEffects.factor(group: group, method: method)
      return effects.effects.first { $0.factor == factor && $0.level == level }
    }
    let cells = groups.map { group in
      methods.map { method -> Double? in
        guard let yes = effect(group, method, "yes"), let no = effect(group, method, "no") else {
          return nil
        }
        return yes.value - no.value
      }
    }
    let errors = groups.map { group in
      methods.map { method -> Double? in
        guard let yes = effect(group, method, "yes"), let no = effect(group, method, "no") else {
          return nil
        }
        return (yes.error * yes.error + no.error * no.error).squareRoot()
      }
    }
    return ReportDocument.Section(
      title: "Where each method helps",
      blocks: [
        .paragraph(
          "All \(effects.runs) runs inform every factor at once: a ridge regression on grouping, "
            + "allocation, tuned groups and the methods of each group, blocks taken out, with "
            + "the interaction of grouping and allocation declared beforehand. It explains "
            + "\(Markup.number(100 * effects.explainedShare, 0)) % of the variance within blocks; "
            + "what is left has a deviation of "
            + "\(Markup.number(effects.residualDeviation, 4))."),
        .figure(
          HeatMap.picture(
            rows: groups.map { "group \($0)" }, columns: methods, cells: cells, errors: errors,
            title: "Effect of each method in each group",
            unit: "Score with the method minus score without it"),
          caption:
            "Score with the method in the group minus score without it, with standard errors. "
            + "Group 1 is nearest to the input. Signs and numbers say what the colours say."),
        .table(
          DesignTables.effects(effects), name: "main effects",
          caption: "Effects as differences from the mean over the factor's levels, 95 % intervals "
            + "(the shrinkage of the ridge apart)."),
      ])
  }

  private static func controls(_ analysis: DesignAnalysis) -> ReportDocument.Section? {
    guard !analysis.controls.isEmpty || analysis.additive != nil else { return nil }
    var blocks: [ReportDocument.Block] = [
      .paragraph(
        "What the same comparisons show where there is nothing to show, or where grouping cannot be "
          + "the cause.")
    ]
    if !analysis.controls.isEmpty {
      blocks.append(
        .table(
          DesignTables.comparisons(analysis.controls, margin: analysis.margin),
          name: "negative controls",
          caption:
            "\(analysis.controlledArm) minus its controls over the same blocks. A/A: the same "
            + "training under fresh noise. Shuffled layers: the same contents on the same numbers of "
            + "layers, in random order."))
    }
    blocks.append(.callout(DesignNotes.controls(analysis), isWarning: false))
    return ReportDocument.Section(title: "Negative controls", blocks: blocks)
  }
}
