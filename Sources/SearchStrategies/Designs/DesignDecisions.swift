import SearchSpaces

/// The decisions of a space that S4 makes one after the other, where the space has them.
struct DesignDecisions: Sendable {
  static let patternPath = "groups.pattern"
  static let spreadPath = "spread"
  static let tunedPath = "tuned"
  /// The paper's winner, by which controls are made where the space has it.
  static let publishedPattern = "spindle"

  let space: SearchSpace
  /// Patterns to compare, without the free one; empty where the grouping is fixed.
  let patterns: [ParameterValue]
  let spreads: [ParameterValue]
  /// Sets of tuned groups to compare.
  let tunedSets: [ParameterValue]
  /// The sets of methods of each group that can be chosen; empty where they are fixed.
  let methodSets: [[ParameterValue]]
  let allGroups: ParameterValue

  /// - Parameter comparesAllTunedSets: every set of groups, or only single groups, runs from either
  ///   end, and all: with four groups the nine of the paper.
  init(space: SearchSpace, comparesAllTunedSets: Bool) {
    self.space = space
    let groups = space.groupCount
    let all = ParameterValue.list((1...groups).map(String.init))
    allGroups = all
    patterns = (space.alternatives(of: Self.patternPath) ?? []).filter { $0 != .text("any") }
    spreads = space.alternatives(of: Self.spreadPath) ?? []
    tunedSets = (space.alternatives(of: Self.tunedPath) ?? []).filter { value in
      comparesAllTunedSets || Self.isRun(value.asList ?? [], groups: groups)
    }
    methodSets = (1...groups).map { group in
      space.alternatives(of: Self.methodsPath(group: group, of: groups)) ?? []
    }
  }

  static func methodsPath(group: Int, of groups: Int) -> String {
    groups == 1 ? "methods" : "group\(group).methods"
  }

  func methodsPath(group: Int) -> String {
    Self.methodsPath(group: group, of: space.groupCount)
  }

  /// Whether the first stage may leave the grouping open.
  var hasFreeGrouping: Bool {
    space.alternatives(of: Self.patternPath)?.contains(.text("any")) ?? false
  }

  /// A single group, or a run that begins at the first or ends at the last group.
  private static func isRun(_ names: [String], groups: Int) -> Bool {
    let numbers = names.compactMap(Int.init).sorted()
    guard let first = numbers.first, let last = numbers.last else { return false }
    let isContiguous = last - first + 1 == numbers.count
    return isContiguous && (numbers.count == 1 || first == 1 || last == groups)
  }

  /// The value as it stands in reports.
  static func name(_ value: ParameterValue) -> String {
    switch value {
    case .list(let names): names.joined(separator: ", ")
    default: value.description
    }
  }

  /// The published sets of T5-base for a number of groups; nil where the space lacks a method or has
  /// another number of groups than 3 or 4.
  ///
  /// Four groups: {adapter, LoRA}, {adapter, prefix}, {adapter, prefix, BitFit}, {prefix, BitFit,
  /// LoRA} (arXiv 2301.01821). Three groups: the second and third merged into the third's set, which
  /// is ours, as the paper has no three groups.
  func publishedSets() -> [ParameterValue]? {
    let four = [
      ["adapter", "lora"], ["adapter", "prefix"], ["adapter", "bitfit", "prefix"],
      ["bitfit", "lora", "prefix"],
    ]
    let chosen: [[String]]
    switch space.groupCount {
    case 4: chosen = four
    case 3: chosen = [four[0], four[2], four[3]]
    default: return nil
    }
    let values = zip(chosen, methodSets).compactMap { names, sets in
      sets.first { Set($0.asList ?? []) == Set(names) }
    }
    return values.count == chosen.count ? values : nil
  }
}
