extension SpaceReader {
  // MARK: Grouping

  /// `groups`: whole, each-layer, explicit sizes, or a pattern.
  mutating func readGrouping() throws(SpaceError) -> GroupingPlan {
    let layers = backbone.layers
    guard let node = root["groups"] else { return Self.fixedGroups([layers]) }
    if let word = node.text {
      return Self.fixedGroups(
        word == "each-layer" ? Array(repeating: 1, count: layers) : [layers])
    }
    if node["pattern"] == nil {
      let sizes = (node["sizes"]?.items ?? []).compactMap(\.integer)
      let sum = sizes.reduce(0) { $0.addingReportingOverflow($1).partialValue }
      guard sum == layers else {
        throw .groupSizes(node["sizes"]?.place ?? node.place, sum: sum, layers: layers)
      }
      return Self.fixedGroups(sizes)
    }
    return try readPattern(node)
  }

  private static func fixedGroups(_ sizes: [Int]) -> GroupingPlan {
    GroupingPlan(
      groupCount: sizes.count, pattern: .fixed(.text("sizes")), sizes: ["sizes": .fixed(sizes)])
  }

  private mutating func readPattern(_ node: SpaceNode) throws(SpaceError) -> GroupingPlan {
    guard let patternNode = node["pattern"] else { return Self.fixedGroups([backbone.layers]) }
    let names = LayerPattern.allCases.map(\.rawValue)
    let spec = try domains.spec(
      patternNode, kind: .choice(names), isSize: false, subject: "groups.pattern")
    let stacks = try readStacks(node)
    let isSampled = node["sizes"]?.text == "sampled"
    let values: [ParameterValue] =
      switch spec {
      case .fixed(let value): [value]
      case .searched(let domain): domain.allValues ?? []
      case .filled: []
      }
    let patterns = values.compactMap { $0.asText.flatMap(LayerPattern.init) }
    let count = try groupCount(node, patterns: patterns, stacks: stacks)
    let pattern = setting(spec, path: "groups.pattern", preferred: .text("uniform"))
    var sizes: [String: GroupingPlan.Sizes] = [:]
    for pattern in patterns {
      let path = patterns.count == 1 ? "groups.sizes" : "groups.sizes.\(pattern.rawValue)"
      do throws(GroupingProblem) {
        let canonical = try Self.joined(stacks) { layers throws(GroupingProblem) in
          [try pattern.canonicalSizes(layers: layers, groups: count)]
        }
        guard isSampled || pattern == .any else {
          sizes[pattern.rawValue] = .fixed(canonical[0])
          continue
        }
        let lists = try Self.joined(stacks) { layers throws(GroupingProblem) in
          try pattern.sampledSizes(layers: layers, groups: count)
        }
        let index = add(
          path, .compositions(lists), preferred: .text(Domain.name(of: canonical[0])))
        sizes[pattern.rawValue] = .searched(index, lists: lists)
      } catch {
        throw .grouping(patternNode.place, error)
      }
    }
    return GroupingPlan(groupCount: count * stacks.count, pattern: pattern, sizes: sizes)
  }

  /// Every combination of the stacks' sizes.
  private static func joined(
    _ stacks: [Int], _ lists: (Int) throws(GroupingProblem) -> [[Int]]
  ) throws(GroupingProblem) -> [[Int]] {
    var joined: [[Int]] = [[]]
    for layers in stacks {
      let next = try lists(layers)
      joined = joined.flatMap { start in next.map { start + $0 } }
    }
    return joined
  }

  private func readStacks(_ node: SpaceNode) throws(SpaceError) -> [Int] {
    guard let stacks = node["stacks"], stacks.text == "apart" else { return [backbone.layers] }
    guard backbone.decoderLayers > 0 else { throw .oneStack(stacks.place) }
    return [backbone.layers - backbone.decoderLayers, backbone.decoderLayers]
  }

  /// The number of groups; `auto` is the largest up to 4 for which every pattern exists.
  private func groupCount(
    _ node: SpaceNode, patterns: [LayerPattern], stacks: [Int]
  ) throws(SpaceError) -> Int {
    guard let count = node["count"] else { return 1 }
    if let number = count.integer {
      for pattern in patterns {
        for layers in stacks {
          do throws(GroupingProblem) {
            _ = try pattern.canonicalSizes(layers: layers, groups: number)
          } catch {
            throw .grouping(count.place, error)
          }
        }
      }
      return number
    }
    for number in stride(from: 4, to: 1, by: -1) {
      let exists = patterns.allSatisfy { pattern in
        stacks.allSatisfy { layers in
          (try? pattern.canonicalSizes(layers: layers, groups: number)) != nil
        }
      }
      if exists { return number }
    }
    return 1
  }

  // MARK: Tuned groups and mask

  mutating func readTuned(
    groups: Int
  ) throws(SpaceError) -> (setting: Setting, counts: ClosedRange<Int>)? {
    guard let node = root["tuned"], node.text != "all" else { return nil }
    let names = (1...groups).map(String.init)
    if node.items != nil {
      let chosen = try numbers(node, upTo: groups, subject: "tuned", what: "the groups")
      return (.fixed(.list(names.filter(chosen.contains))), 1...groups)
    }
    let counts = try domains.bounds(node, count: groups, least: 1, subject: "tuned")
    let index = add("tuned", .subset(names, counts: counts, ordered: false))
    return (.searched(index), counts)
  }

  mutating func readMask() throws(SpaceError) -> Setting? {
    guard let node = root["mask"], node.text != "all" else { return nil }
    let names = (1...backbone.layers).map(String.init)
    if node.items != nil {
      let chosen = try numbers(
        node, upTo: backbone.layers, subject: "mask", what: "the backbone's layers")
      return .fixed(.list(names.filter(chosen.contains)))
    }
    let counts = try domains.bounds(node, count: names.count, least: 1, subject: "mask")
    return .searched(add("mask", .subset(names, counts: counts, ordered: true)))
  }

  private func numbers(
    _ node: SpaceNode, upTo upper: Int, subject: String, what: String
  ) throws(SpaceError) -> Set<String> {
    var numbers: Set<String> = []
    for item in node.items ?? [] {
      let number = item.integer ?? 0
      guard (1...upper).contains(number) else {
        throw .outsideRange(
          item.place, subject: "each value of \(subject)", got: number, upper: upper, what: what)
      }
      guard numbers.insert(String(number)).inserted else {
        throw .repeated(item.place, subject: subject, value: String(number))
      }
    }
    return numbers
  }
}
