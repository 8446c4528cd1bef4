internal import LinearAlgebra
internal import SearchStrategies
internal import Statistics

/// The tables of a designed experiment.
enum DesignTables {
  /// One row an arm: how its runs are distributed.
  static func arms(_ analysis: ContrastAnalysis) -> Table {
    var table = Table(columns: [
      "arm", "runs", "mean", "deviation", "lower_decile", "median", "best", "expected_best_of_32",
      "mean_rank",
    ])
    for (index, arm) in analysis.scores.arms.enumerated() {
      let scores = analysis.scores.scores(of: arm)
      guard let summary = SampleSummary(scores) else { continue }
      table.append([
        .text(arm), .integer(summary.count), .number(summary.mean, digits: 4),
        .number(summary.deviation, digits: 4), .number(summary.lowerDecile, digits: 4),
        .number(summary.median, digits: 4), .number(summary.maximum, digits: 4),
        .number(ExpectedBest.value(scores, draws: 32), digits: 4),
        .number(analysis.friedman?.meanRanks[index], digits: 2),
      ])
    }
    return table
  }

  /// One row a pair.
  static func comparisons(_ comparisons: [ArmComparison], margin: Double) -> Table {
    var table = Table(columns: [
      "first", "second", "blocks", "mean_difference", "shift", "lower", "upper", "p", "p_holm",
      "p_signed_rank", "first_ahead", "finding",
    ])
    for pair in comparisons {
      table.append([
        .text(pair.first), .text(pair.second), .integer(pair.blocks),
        .number(pair.mean, digits: 4), .number(pair.shift.estimate, digits: 4),
        .number(pair.shift.lower, digits: 4), .number(pair.shift.upper, digits: 4),
        .number(pair.pValue, digits: 4), .number(pair.adjusted, digits: 4),
        .number(pair.signedRank, digits: 4), .number(pair.ahead.share, digits: 2),
        .text(finding(pair, margin: margin)),
      ])
    }
    return table
  }

  static func finding(_ pair: ArmComparison, margin: Double) -> String {
    if pair.isSupported { return "first is better" }
    if pair.isReversed { return "second is better" }
    return pair.isEquivalent(margin: margin) ? "equivalent" : "inconclusive"
  }

  /// One row a published decision.
  static func verdicts(_ analysis: DesignAnalysis) -> Table {
    var table = Table(columns: [
      "decision", "published_choice", "highest_mean_here", "blocks", "tasks",
      "published_minus_best_rival", "lower", "upper", "p_holm", "verdict",
    ])
    for contrast in analysis.contrasts {
      guard let published = contrast.published, let verdict = contrast.verdict else { continue }
      let rivals = contrast.scores.arms.filter { $0 != published }
        .compactMap { contrast.comparison(published, $0) }
      let closest = rivals.min { $0.shift.estimate < $1.shift.estimate }
      table.append([
        .text(contrast.contrast), .text(published), .text(contrast.leader ?? ""),
        .integer(closest?.blocks ?? 0), .integer(contrast.tasks),
        .number(closest?.shift.estimate, digits: 4), .number(closest?.shift.lower, digits: 4),
        .number(closest?.shift.upper, digits: 4), .number(closest?.adjusted, digits: 4),
        .text(verdict.rawValue),
      ])
    }
    return table
  }

  /// What each level adds, all factors at once.
  static func effects(_ effects: MainEffects) -> Table {
    var table = Table(columns: ["factor", "level", "runs", "effect", "error", "lower", "upper"])
    for effect in effects.effects {
      let interval = effect.interval
      table.append([
        .text(effect.factor), .text(effect.level), .integer(effect.runs),
        .number(effect.value, digits: 4), .number(effect.error, digits: 4),
        .number(interval.lower, digits: 4), .number(interval.upper, digits: 4),
      ])
    }
    return table
  }

  /// Expected best of k for each arm.
  static func expectedBest(_ curves: [(arm: String, curve: ExpectedBest)]) -> Table {
    var table = Table(columns: ["arm", "draws", "expected_best", "lower", "upper"])
    for (arm, curve) in curves {
      for point in curve.points {
        table.append([
          .text(arm), .integer(point.draws), .number(point.interval.estimate, digits: 4),
          .number(point.interval.lower, digits: 4), .number(point.interval.upper, digits: 4),
        ])
      }
    }
    return table
  }

  /// The points of the distribution functions, for drawing them elsewhere.
  static func distributions(_ analysis: ContrastAnalysis) -> Table {
    var table = Table(columns: ["arm", "score", "share", "lower", "upper"])
    for arm in analysis.scores.arms {
      let distribution = EmpiricalDistribution(analysis.scores.scores(of: arm))
      let half = distribution.halfWidth()
      for value in distribution.values {
        let share = distribution(value)
        table.append([
          .text(arm), .number(value, digits: 4), .number(share, digits: 4),
          .number(max(0, share - half), digits: 4), .number(min(1, share + half), digits: 4),
        ])
      }
    }
    return table
  }
}
