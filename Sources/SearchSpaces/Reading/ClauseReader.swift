/// Reads `forbid` and `require`.
struct ClauseReader {
  let groupCount: Int
  let groups: [GroupPlan]
  let model: GroupPlan?
  let schemas: [String: MethodSchema]

  func read(_ node: SpaceNode?, key: String) throws(SpaceError) -> [ConstraintClause] {
    var clauses: [ConstraintClause] = []
    for (index, item) in (node?.items ?? []).enumerated() {
      let when = item["when"] == nil || item["then"] == nil ? nil : item["when"]
      let body = when == nil ? item : item["then"] ?? item
      clauses.append(
        ConstraintClause(
          number: index + 1, text: item.inline, when: try when.map(tests) ?? [],
          tests: try tests(body)))
    }
    return clauses
  }

  private func tests(_ node: SpaceNode) throws(SpaceError) -> [ConstraintClause.Test] {
    var tests: [ConstraintClause.Test] = []
    for entry in node.entries ?? [] {
      let (subject, kind) = try subject(entry)
      tests.append(
        ConstraintClause.Test(
          subject: subject, predicate: try predicate(entry.node, kind: kind, name: entry.key)))
    }
    guard !tests.isEmpty else {
      throw .unexpected(
        node.place, subject: "a clause", expected: "at least one test such as lora.rank: 8",
        got: node.summary)
    }
    return tests
  }

  // MARK: Subjects

  private typealias Subject = ConstraintClause.Subject

  private func subject(
    _ entry: SpaceNode.Entry
  ) throws(SpaceError) -> (ConstraintClause.Subject, ParameterSchema.Kind) {
    let path = entry.key
    let numbers = { (count: Int) in (1...max(1, count)).map(String.init) }
    switch path {
    case "groups.pattern": return (.pattern, .choice(LayerPattern.allCases.map(\.rawValue)))
    case "tuned": return (.tuned, .subset(numbers(groupCount), minimum: 0))
    case "mask": return (.mask, .subset(numbers(4096), minimum: 0))
    case "spread": return (.spread, .choice(LayerSpread.allCases.map(\.rawValue)))
    default: break
    }
    if path.hasPrefix("training."), let key = TrainingKey(rawValue: String(path.dropFirst(9))) {
      return (.training(key), key.schema.kind)
    }
    let parts = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    var (group, rest): (Int?, ArraySlice<String>) = (nil, parts[...])
    if let first = parts.first, let number = groupNumber(first) {
      (group, rest) = (number, parts.dropFirst())
    }
    if rest == ["methods"] {
      return (.methods(group: group), .subset(names(in: group), minimum: 0))
    }
    guard rest.count == 2, let method = rest.first, let name = rest.last,
      names(in: group).contains(method),
      let parameter = schemas[method]?.parameters.first(where: { $0.name == name })
    else {
      throw .unknownName(entry.place, subject: "decision", name: path, known: known(near: path))
    }
    let isFilled = plans(of: group).contains { plan in
      plan.name == method && plan.size == .filled && name == plan.schema.sizeParameter
    }
    if isFilled { throw .filledInClause(entry.place, subject: path) }
    return (.parameter(group: group, method: method, name: name), parameter.kind)
  }

  /// `model` is 0, `group3` is 3.
  private func groupNumber(_ text: String) -> Int? {
    if text == "model" { return 0 }
    guard text.hasPrefix("group"), let number = Int(text.dropFirst(5)),
      (1...groupCount).contains(number)
    else { return nil }
    return number
  }

  private func plans(of group: Int?) -> [MethodPlan] {
    if group == 0 { return model?.methods ?? [] }
    return groups.filter { group == nil || $0.number == group }.flatMap(\.methods)
  }

  private func names(in group: Int?) -> [String] {
    Set(plans(of: group).map(\.name)).sorted()
  }

  /// The decisions of the same method where the path names one, else all.
  private func known(near path: String) -> [String] {
    func parameters(_ group: Int?, prefix: String) -> [String] {
      names(in: group).flatMap { name in
        (schemas[name]?.parameters ?? []).map { "\(prefix)\(name).\($0.name)" }
      }
    }
    let methods = parameters(nil, prefix: "") + parameters(0, prefix: "model.")
    let words = path.split(separator: ".")
    let related = methods.filter {
      $0.split(separator: ".").dropLast().contains { words.contains($0) }
    }
    if !related.isEmpty { return related }
    return ["groups.pattern", "tuned", "mask", "spread", "methods"] + methods
      + TrainingKey.allCases.map { "training.\($0.rawValue)" }
  }

  // MARK: Predicates

  private func predicate(
    _ node: SpaceNode, kind: ParameterSchema.Kind, name: String
  ) throws(SpaceError) -> ConstraintClause.Predicate {
    if node.entries != nil { return try mappedPredicate(node, kind: kind, name: name) }
    if let items = node.items {
      if case .subset = kind { return .isOne(of: [try subsetValue(node, kind, name)]) }
      var values: [ParameterValue] = []
      for item in items { values.append(try value(item, kind, name)) }
      return .isOne(of: values)
    }
    return .isOne(of: [try value(node, kind, name)])
  }

  private func mappedPredicate(
    _ node: SpaceNode, kind: ParameterSchema.Kind, name: String
  ) throws(SpaceError) -> ConstraintClause.Predicate {
    let keys = (node.entries ?? []).map(\.key)
    switch kind {
    case .subset(let known, _) where keys == ["contains"] || keys == ["excludes"]:
      guard let item = node["contains"] ?? node["excludes"], let word = item.text,
        known.contains(word)
      else {
        let item = node["contains"] ?? node["excludes"] ?? node
        throw .unknownName(
          item.place, subject: "member of \(name)", name: item.text ?? "", known: known)
      }
      return keys == ["contains"] ? .contains(word) : .excludes(word)
    case .integer where keys.allSatisfy { $0 == "min" || $0 == "max" } && !keys.isEmpty,
      .number where keys.allSatisfy { $0 == "min" || $0 == "max" } && !keys.isEmpty:
      let low = node["min"]?.number ?? -.infinity
      let high = node["max"]?.number ?? .infinity
      guard low <= high else {
        throw .reversedRange(
          node.place, subject: name, lower: node["min"]?.inline ?? "",
          upper: node["max"]?.inline ?? "")
      }
      return .inside(low...high)
    default:
      let expected =
        switch kind {
        case .subset: "{contains: …}, {excludes: …} or a list"
        case .integer, .number: "a value, a list or {min: …, max: …}"
        case .choice, .flag: "a value or a list"
        }
      throw .unexpected(node.place, subject: name, expected: expected, got: node.summary)
    }
  }

  private func subsetValue(
    _ node: SpaceNode, _ kind: ParameterSchema.Kind, _ name: String
  ) throws(SpaceError) -> ParameterValue {
    guard case .subset(let known, _) = kind else { return .list([]) }
    var names: [String] = []
    for item in node.items ?? [] {
      let word = item.text ?? ""
      guard known.contains(word) else {
        throw .unknownName(item.place, subject: "member of \(name)", name: word, known: known)
      }
      names.append(word)
    }
    return .list(known.filter(names.contains))
  }

  private func value(
    _ node: SpaceNode, _ kind: ParameterSchema.Kind, _ name: String
  ) throws(SpaceError) -> ParameterValue {
    let value: ParameterValue? =
      switch kind {
      case .integer: node.integer.map { .integer($0) }
      case .number: node.number.map { .number($0) }
      case .choice: node.text.map { .text($0) }
      case .flag: node.flag.map { .flag($0) }
      case .subset: nil
      }
    guard let value, kind.contains(value) || isZeroSize(value, kind) else {
      throw .unexpected(
        node.place, subject: name, expected: kind.expectation, got: node.summary)
    }
    return value
  }

  private func isZeroSize(_ value: ParameterValue, _ kind: ParameterSchema.Kind) -> Bool {
    if case .integer = kind { value.asInteger == 0 } else { false }
  }
}
