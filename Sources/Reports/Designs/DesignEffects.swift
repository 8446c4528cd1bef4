internal import SearchSpaces
internal import SearchStrategies
internal import Statistics

/// Main effects of a designed experiment: every run informs every factor.
enum DesignEffects {
  /// The name of the factor "group g holds the method".
  static func factor(group: Int, method: String) -> String { "group \(group): \(method)" }

  /// The levels of a trial: pattern, allocation, each group's tuning, each method in each group.
  static func levels(of trial: Trial, in space: SearchSpace) -> [String: String] {
    guard let point = trial.point else { return [:] }
    var levels: [String: String] = [:]
    if let pattern = point["groups.pattern"]?.asText { levels[DesignContrast.grouping] = pattern }
    if let spread = point["spread"]?.asText { levels[DesignContrast.allocation] = spread }
    let tuned = point["tuned"]?.asList
    for group in 1...space.groupCount {
      if let tuned {
        levels["group \(group) tuned"] = tuned.contains(String(group)) ? "yes" : "no"
      }
      let path = space.groupCount == 1 ? "methods" : "group\(group).methods"
      guard let held = point[path]?.asList else { continue }
      for method in methods(in: space) {
        levels[factor(group: group, method: method)] = held.contains(method) ? "yes" : "no"
      }
    }
    return levels
  }

  /// The methods that any group may hold, in the order of the file.
  static func methods(in space: SearchSpace) -> [String] {
    let lists = (1...space.groupCount).flatMap { group in
      space.alternatives(of: space.groupCount == 1 ? "methods" : "group\(group).methods") ?? []
    }
    return Set(lists.flatMap { $0.asList ?? [] }).sorted()
  }

  static func factors(in space: SearchSpace) -> [String] {
    let groups = 1...space.groupCount
    return [DesignContrast.grouping, DesignContrast.allocation]
      + groups.map { "group \($0) tuned" }
      + groups.flatMap { group in methods(in: space).map { factor(group: group, method: $0) } }
  }

  static func fit(_ sources: [ReportSource]) -> MainEffects? {
    guard let space = sources.first?.space else { return nil }
    var runs: [MainEffects.Run] = []
    for (task, source) in sources.enumerated() {
      for trial in source.trials {
        guard let score = trial.score, let design = trial.design, trial.point != nil,
          !design.arms.contains(where: { $0.contrast == DesignContrast.control })
        else { continue }
        runs.append(
          MainEffects.Run(
            block: design.block * sources.count + task, score: score,
            levels: levels(of: trial, in: space)))
      }
    }
    return MainEffects(
      runs, factors: factors(in: space), interactions: DesignAnalysis.interactions)
  }
}
