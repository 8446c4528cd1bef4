internal import RunStore
internal import SearchSpaces
internal import SearchStrategies
internal import Statistics

/// Sentences that say what numbers allow to say.
enum DesignNotes {
  /// The state of one contrast in words.
  static func summary(_ contrast: ContrastAnalysis, margin: Double) -> String {
    let arms = contrast.scores.arms
    let blocks = contrast.scores.completeRows.count
    guard arms.count > 1, let leader = contrast.leader else {
      return
        "\(contrast.scores.scores(of: arms.first ?? "").count) random designs of the whole space, "
        + "the level from which the decisions start."
    }
    var words =
      "\(arms.count) arms over \(blocks) complete blocks"
      + (contrast.tasks > 1 ? ", scores averaged over \(contrast.tasks) tasks" : "") + ". "
    words += "\(leader) has the highest mean. "
    switch contrast.support {
    case .supported: words += "The data support it against every other arm. "
    case .equivalent:
      words += "It is shown to be within ± \(Markup.number(margin, 4)) of every other arm. "
    case .inconclusive: words += "The data do not support it against every other arm. "
    }
    if let friedman = contrast.friedman {
      words +=
        "Friedman's test of any difference at all: χ² = \(Markup.number(friedman.statistic, 2)), "
        + "p = \(pValue(friedman.pValue)). "
    }
    if let order = contrast.order {
      words +=
        "Kendall's τ between this order and the paper's (as recalled in secondary sources): "
        + "\(Markup.number(order.estimate, 2, signed: true)), 95 % interval "
        + "\(Markup.number(order.lower, 2, signed: true)) to "
        + "\(Markup.number(order.upper, 2, signed: true)). "
    }
    if let correlation = correlation(contrast) {
      words +=
        "Sharing draws and noise correlates the arms with ρ = \(Markup.number(correlation, 2)) on "
        + "average. "
    }
    if contrast.refusedDraws > 0 {
      words +=
        "\(contrast.refusedDraws) draws were refused in every arm, because a set of methods did not "
        + "fit some layer's share in one of them. "
    }
    if contrast.failures > 0 {
      words += "\(contrast.failures) trainings failed and count as the worst score. "
    }
    return words
  }

  private static func correlation(_ contrast: ContrastAnalysis) -> Double? {
    let arms = contrast.scores.arms
    let values = arms.indices.flatMap { i in
      arms[(i + 1)...].compactMap { contrast.scores.correlation(arms[i], $0) }
    }
    return values.isEmpty ? nil : SampleSummary.mean(values)
  }

  static func pValue(_ value: Double) -> String {
    value < 0.0001 ? "below 0.0001" : Markup.number(value, 4)
  }

  /// What must not be read out of the numbers.
  static func unsupported(_ analysis: DesignAnalysis) -> [String] {
    var notes: [String] = []
    for contrast in analysis.contrasts where contrast.scores.arms.count > 1 {
      guard let leader = contrast.leader, contrast.support == .inconclusive else { continue }
      let open = contrast.scores.arms.filter { arm in
        arm != leader && !(contrast.comparison(leader, arm)?.isSupported ?? false)
      }
      // Arms may hold commas themselves.
      let list =
        open.count > 4 ? "\(open.count) other arms" : open.map { "“\($0)”" }.joined(separator: ", ")
      notes.append(
        "\(contrast.contrast): “\(leader)” has the highest mean, but is not shown to be better than "
          + "\(list). Another set of seeds may well put one of them first.")
    }
    let tasks = analysis.sources.count
    notes.append(
      tasks == 1
        ? "One task was run. Nothing here says that another task would order the arms alike."
        : "\(tasks) tasks were run and weigh the same. Nothing here says that a further task would "
          + "order the arms alike.")
    let defaults = analysis.sources[0].space.trainingDefaults
    notes.append(
      "Trainings are short (\(defaults.epochs) epochs"
        + (defaults.examples.map { " of \($0) examples" } ?? "")
        + "). That short and long trainings order the arms alike was not tested, so orders may be "
        + "orders of the speed of learning.")
    notes.append(
      "The best of many scores is optimistic: the configuration found is to be confirmed on fresh "
        + "seeds (autopeft best \(analysis.sources[0].name) --confirm 5 --seeds 5) before its score "
        + "is quoted.")
    return notes
  }

  /// What the negative controls say.
  static func controls(_ analysis: DesignAnalysis) -> [String] {
    var notes: [String] = []
    for control in analysis.controls {
      let isDifferent = control.isSupported || control.isReversed
      if control.second == DesignContrast.repeated {
        notes.append(
          isDifferent
            ? "A/A: a training differs significantly from its own repetition. Something is wrong with "
              + "the pairing; do not trust the comparisons above."
            : "A/A: a training is not called different from its own repetition "
              + "(p = \(pValue(control.pValue))), as it must be.")
      } else {
        notes.append(
          control.isSupported
            ? "Shuffled layers: contiguous groups beat the same contents in shuffled layers "
              + "(p = \(pValue(control.pValue))), so the order of layers matters here."
            : "Shuffled layers: contiguous groups are not shown to beat the same contents in shuffled "
              + "layers (p = \(pValue(control.pValue))). A difference between grouping patterns is "
              + "then not shown to come from grouping.")
      }
    }
    if let additive = analysis.additive {
      notes.append(
        "Additive null: if layers only added up, the patterns' means would lie within "
          + "\(Markup.number(additive.simulatedLimit, 4)) of each other in 95 % of repetitions of "
          + "these blocks; observed: \(Markup.number(additive.observedRange, 4)) "
          + "(p = \(pValue(additive.pValue))). "
          + (additive.pValue < 0.05
            ? "Layers interact, or the noise is not what the model takes it for."
            : "The gaps between the patterns need no interaction of layers to be explained."))
    }
    return notes
  }

  /// How the study was made, and what fills the paper's gaps.
  static func section(_ analysis: DesignAnalysis) -> ReportDocument.Section {
    let source = analysis.sources[0]
    let runs = analysis.sources.map(\.name).joined(separator: " ")
    return ReportDocument.Section(
      title: "How this was made",
      blocks: [
        .paragraph(
          "The paper (Chen et al., ICLR 2023, arXiv 2301.01821) publishes no code of its search and "
            + "leaves these rules open; here they are:"),
        .callout(
          [
            "Sizes inside a pattern: the most symmetric composition nearest to the pattern's slope, "
              + "unless the space file samples them.",
            "Increasing and decreasing allocations run from half to one and a half times the mean.",
            "A layer's share is split equally among adapter, prefix and LoRA after BitFit is paid, "
              + "and the rest is spent greedily; frozen groups leave their share to the others.",
            "Learning rates are drawn from the space file's range, shared by all arms of a block.",
            "All arms of a block share their draws, initial values, order of examples and subset of "
              + "the training set.",
            "A failed training counts as the worst score of its contrast.",
            "A draw that does not fit in one arm is refused in every arm of its block.",
          ], isWarning: false),
        .paragraph(
          "Tests: sign-flip permutation (exact up to 16 differences that are not zero, else 9,999 "
            + "random flips), Holm over the family, BCa bootstrap with 2,000 resamples of blocks. "
            + "Equivalence: the 90 % interval within the margin."),
        .code("autopeft report \(runs) --margin \(analysis.margin)"),
        .paragraph("Space file: \(source.space.file). Seed: \(source.settings.seed)."),
      ])
  }
}
