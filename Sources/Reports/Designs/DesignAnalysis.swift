internal import LinearAlgebra
internal import RunStore
internal import SearchSpaces
internal import SearchStrategies
internal import Statistics

/// The analysis of a designed experiment, of one run or of one design on several tasks.
struct DesignAnalysis: Sendable {
  let sources: [ReportSource]
  /// In the order of the experiment.
  let contrasts: [ContrastAnalysis]
  /// A/A and shuffled layers: the arm that they were made from minus the control.
  let controls: [ArmComparison]
  /// The arm that the controls were made from.
  let controlledArm: String
  let additive: AdditiveNull?
  /// Main effects over all runs of the design.
  let effects: MainEffects?
  /// The largest difference that does not matter, in units of the score.
  let margin: Double

  /// Interactions that are estimated; declared here, before any data.
  static let interactions = [
    (DesignContrast.grouping, DesignContrast.allocation)
  ]

  init(_ sources: [ReportSource], margin: Double) throws {
    guard margin > 0, margin.isFinite else { throw ReportError.wrongMargin(margin) }
    try Self.requireOneDesign(sources)
    let key = RandomKey(seed: sources.first?.settings.seed ?? 0).derived("report")
    var names: [String] = []
    for source in sources {
      for contrast in DesignResults(source.trials).contrasts
      where !names.contains(contrast) && contrast != DesignContrast.control {
        names.append(contrast)
      }
    }
    contrasts = names.compactMap {
      ContrastAnalysis($0, sources, margin: margin, key: key.derived("contrasts"))
    }
    guard !contrasts.isEmpty else {
      throw ReportError.nothingToReport(run: sources.first?.name ?? "the run")
    }
    self.sources = sources
    self.margin = margin
    let grouping = contrasts.first { $0.contrast == DesignContrast.grouping }
    controlledArm =
      grouping.map { $0.published ?? $0.scores.arms.first ?? "" } ?? ""
    controls = Self.controls(
      sources, grouping, arm: controlledArm, key: key.derived("controls"))
    additive = Self.additive(sources, key: key.derived("additive"))
    effects = DesignEffects.fit(sources)
  }

  func contrast(_ name: String) -> ContrastAnalysis? {
    contrasts.first { $0.contrast == name }
  }

  private static func requireOneDesign(_ sources: [ReportSource]) throws {
    guard let first = sources.first else { return }
    for other in sources.dropFirst() {
      let reason: String? =
        if other.settings.spaceHash != first.settings.spaceHash {
          "their space files differ"
        } else if other.settings.overrides != first.settings.overrides {
          "their --set values differ"
        } else if other.settings.strategy != first.settings.strategy {
          "their strategies differ"
        } else if other.settings.seed != first.settings.seed {
          "their seeds differ"
        } else if other.settings.backbone != first.settings.backbone {
          "their backbones differ"
        } else {
          nil
        }
      if let reason {
        throw ReportError.notOneDesign(first: first.name, other: other.name, reason: reason)
      }
    }
  }

  /// Each control is a family of its own: it asks one question.
  private static func controls(
    _ sources: [ReportSource], _ grouping: ContrastAnalysis?, arm: String, key: RandomKey
  ) -> [ArmComparison] {
    guard let grouping else { return [] }
    let tables = sources.map { DesignResults($0.trials).scores(of: DesignContrast.control) }
    guard let table = BlockedScores.average(tables) else { return [] }
    return [DesignContrast.repeated, DesignContrast.shuffled].compactMap { level in
      var scores: [Int: [String: Double]] = [:]
      for block in table.blocks {
        guard let control = table.score(of: level, block: block),
          let own = grouping.scores.score(of: arm, block: block)
        else { continue }
        scores[block] = [arm: own, level: control]
      }
      return ArmComparison.family(
        BlockedScores(arms: [arm, level], scores: scores), key: key
      ).first
    }
  }

  /// The additive null of the grouping runs; tasks are blocks of their own.
  private static func additive(_ sources: [ReportSource], key: RandomKey) -> AdditiveNull? {
    var contents: [String: Int] = [:]
    var layered: [(arm: String, block: Int, score: Double, layers: [Int])] = []
    for (task, source) in sources.enumerated() {
      for trial in source.trials {
        guard let score = trial.score, let design = trial.design else { continue }
        let layers = trial.configuration.layers.map { methods -> Int in
          let kinds = methods.map(\.name).joined(separator: ", ")
          if let known = contents[kinds] { return known }
          contents[kinds] = contents.count
          return contents.count - 1
        }
        for arm in design.arms where arm.contrast == DesignContrast.grouping {
          layered.append((arm.level, design.block * sources.count + task, score, layers))
        }
      }
    }
    let runs = layered.map { run in
      var features = Array(repeating: 0.0, count: run.layers.count * contents.count)
      for (layer, content) in run.layers.enumerated() {
        features[layer * contents.count + content] = 1
      }
      return AdditiveNull.Run(
        arm: run.arm, block: run.block, score: run.score, features: features)
    }
    return AdditiveNull(runs, key: key)
  }
}
