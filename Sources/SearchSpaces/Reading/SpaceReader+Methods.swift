/// The decisions that all groups share, by name: `methods`, `lora` (all of its parameters) or
/// `lora.rank`.
struct TieSet {
  var sharesMethods = false
  var sharesAll = false
  var methods: Set<String> = []
  var parameters: Set<String> = []
  /// Where each name stands, for messages.
  var places: [String: SourcePlace] = [:]

  func shares(_ method: String, _ parameter: String) -> Bool {
    sharesAll || methods.contains(method) || parameters.contains("\(method).\(parameter)")
  }
}

extension SpaceReader {
  /// `tie`: all, none or a list; with one group everything is shared.
  func readTies(groups: Int) throws(SpaceError) -> TieSet {
    var ties = TieSet()
    if groups == 1 { (ties.sharesAll, ties.sharesMethods) = (true, true) }
    guard let node = root["tie"] else { return ties }
    if let word = node.text {
      if word == "all" { ties.sharesAll = true }
      return ties
    }
    let known =
      ["methods"]
      + schemas.values.sorted { $0.name < $1.name }.flatMap { schema in
        [schema.name] + schema.parameters.map { "\(schema.name).\($0.name)" }
      }
    for item in node.items ?? [] {
      let name = item.text ?? ""
      guard known.contains(name) else {
        throw .unknownName(item.place, subject: "decision in tie", name: name, known: known)
      }
      guard ties.places.updateValue(item.place, forKey: name) == nil else {
        throw .repeated(item.place, subject: "tie", value: name)
      }
      if name == "methods" {
        ties.sharesMethods = true
      } else if name.contains(".") {
        ties.parameters.insert(name)
      } else {
        ties.methods.insert(name)
      }
    }
    return ties
  }

  /// All groups, with `group` settings over `each-group` and `methods`.
  mutating func readGroups(count: Int, ties: TieSet) throws(SpaceError) -> [GroupPlan] {
    let overrides = try readOverrides(count: count)
    var shared: [String: Setting] = [:]
    var groups: [GroupPlan] = []
    for number in 1...count {
      let own = overrides[number]
      if let own { try checkTies(ties, own: own, group: number, groups: count) }
      let choice = own?["methods"] ?? root["each-group"]
      let isShared = ties.sharesMethods && own?["methods"] == nil
      let prefix = count == 1 ? "" : "group\(number)."
      let (presence, names) = try readPresence(
        choice, path: isShared ? "methods" : "\(prefix)methods", shared: isShared ? "methods" : nil,
        subject: own?["methods"] == nil ? "each-group" : "group.\(number).methods",
        known: &shared)
      var methods: [MethodPlan] = []
      for name in names {
        guard let schema = schemas[name] else { continue }
        methods.append(
          try readMethod(
            schema, own: own?[name], group: number, prefix: prefix, ties: ties, known: &shared))
      }
      for entry in own?.entries ?? [] where entry.key != "methods" {
        guard names.contains(entry.key) else {
          throw .absentMethod(entry.place, method: entry.key, group: number)
        }
      }
      let plan = GroupPlan(number: number, presence: presence, methods: methods)
      try checkClaims(plan, node: choice ?? root, subject: "group \(number)")
      groups.append(plan)
    }
    return groups
  }

  /// `model`: methods of the whole model.
  mutating func readModel() throws(SpaceError) -> GroupPlan? {
    guard let node = root["model"] else { return nil }
    var shared: [String: Setting] = [:]
    let (presence, names) = try readPresence(
      node, path: "model.methods", shared: nil, subject: "model", known: &shared)
    var methods: [MethodPlan] = []
    for name in names {
      guard let schema = schemas[name] else { continue }
      methods.append(
        try readMethod(
          schema, own: nil, group: 0, prefix: "model.", ties: TieSet(), known: &shared))
    }
    let plan = GroupPlan(number: 0, presence: presence, methods: methods)
    try checkClaims(plan, node: node, subject: "the model")
    return plan
  }

  /// A method that is described has to stand somewhere.
  func checkUsedMethods() throws(SpaceError) {
    for entry in root["methods"]?.entries ?? [] where !usedMethods.contains(entry.key) {
      throw .unusedMethod(entry.place, method: entry.key)
    }
  }

  private func readOverrides(count: Int) throws(SpaceError) -> [Int: SpaceNode] {
    var overrides: [Int: SpaceNode] = [:]
    for entry in root["group"]?.entries ?? [] {
      guard let number = Int(entry.key), (1...count).contains(number) else {
        guard let number = Int(entry.key) else {
          throw .unexpected(
            entry.place, subject: "each key of group", expected: "the number of a group",
            got: "'\(entry.key)'")
        }
        throw .outsideRange(
          entry.place, subject: "each key of group", got: number, upper: count, what: "the groups")
      }
      guard overrides.updateValue(entry.node, forKey: number) == nil else {
        throw .duplicateKey(entry.place, key: entry.key)
      }
    }
    return overrides
  }

  /// A tied decision has no values of one group.
  private func checkTies(
    _ ties: TieSet, own: SpaceNode, group: Int, groups: Int
  ) throws(SpaceError) {
    if groups == 1 { return }
    for entry in own.entries ?? [] {
      if entry.key == "methods" {
        guard ties.sharesMethods else { continue }
        throw .tieOverridden(entry.place, name: "methods", group: group)
      }
      for parameter in entry.node.entries ?? [] where ties.shares(entry.key, parameter.key) {
        throw .tieOverridden(
          parameter.place, name: "\(entry.key).\(parameter.key)", group: group)
      }
    }
  }

  // MARK: Presence

  /// Which methods a group may hold, sorted by name.
  private mutating func readPresence(
    _ node: SpaceNode?, path: String, shared key: String?, subject: String,
    known: inout [String: Setting]
  ) throws(SpaceError) -> (GroupPlan.Presence, [String]) {
    guard let node else {
      let described = (root["methods"]?.entries ?? []).map(\.key)
        .filter { schemas[$0]?.scope == .layer }.sorted()
      usedMethods.formUnion(described)
      if described.isEmpty && root["model"] == nil {
        throw .missingKey(root.place, subject: SpaceGrammar.fileSubject, key: "methods")
      }
      return (.all, described)
    }
    if let items = node.items {
      return (.all, try methodNames(items, subject: subject).sorted())
    }
    if let lists = node["choice"]?.items {
      var choices: [ParameterValue] = []
      for list in lists {
        let names = try methodNames(list.items ?? [], subject: subject).sorted()
        if choices.contains(.list(names)) {
          throw .repeated(list.place, subject: subject, value: list.inline)
        }
        choices.append(.list(names))
      }
      let names = Set(choices.flatMap { $0.asList ?? [] }).sorted()
      let index = decision(path, .choice(choices), preferred: nil, key: key, known: &known)
      return (.chosen(index), names)
    }
    let names = try methodNames(node["subset"]?.items ?? [], subject: subject)
    let counts = try domains.bounds(node, count: names.count, least: 0, subject: subject)
    let index = decision(
      path, .subset(names, counts: counts, ordered: false), preferred: nil, key: key, known: &known)
    return (.searched(index, counts: counts), names.sorted())
  }

  private mutating func methodNames(
    _ items: [SpaceNode], subject: String
  ) throws(SpaceError) -> [String] {
    var names: [String] = []
    for item in items {
      let name = item.text ?? ""
      guard let schema = schemas[name] else {
        throw .unknownName(
          item.place, subject: "method", name: name, known: schemas.keys.sorted())
      }
      let expected: MethodSchema.Scope = subject == "model" ? .model : .layer
      if schema.scope != expected && !(subject == "model" && schema.scope == .optimizer) {
        throw .scope(
          item.place, method: name, scope: schema.scope,
          subject: subject == "model" ? "'model'" : "a group")
      }
      if names.contains(name) { throw .repeated(item.place, subject: subject, value: name) }
      names.append(name)
    }
    usedMethods.formUnion(names)
    return names
  }

  /// A new decision, or the one that another group made under the same key.
  private mutating func decision(
    _ path: String, _ domain: Domain, preferred: ParameterValue?, key: String?,
    known: inout [String: Setting]
  ) -> Int {
    if let key, case .searched(let index)? = known[key] { return index }
    let index = add(path, domain, preferred: preferred)
    if let key { known[key] = .searched(index) }
    return index
  }

  // MARK: Parameters

  private mutating func readMethod(
    _ schema: MethodSchema, own: SpaceNode?, group: Int, prefix: String, ties: TieSet,
    known: inout [String: Setting]
  ) throws(SpaceError) -> MethodPlan {
    var base = schema.defaultInstance.parameters
    var size = MethodPlan.Size.settled
    var searched: [(name: String, hyperparameter: Int)] = []
    let common = root["methods"]?[schema.name]
    for parameter in schema.parameters {
      let isSize = parameter.name == schema.sizeParameter
      let ownNode = own?[parameter.name]
      guard let node = ownNode ?? common?[parameter.name] else { continue }
      let subject =
        (ownNode == nil ? "methods" : "group.\(group)") + ".\(schema.name).\(parameter.name)"
      let spec = try domains.spec(node, kind: parameter.kind, isSize: isSize, subject: subject)
      let name = "\(schema.name).\(parameter.name)"
      let isShared = group > 0 && ownNode == nil && ties.shares(schema.name, parameter.name)
      switch spec {
      case .fixed(let value): base[parameter.name] = value
      case .filled:
        size = .filled
        if filled == nil { filled = (schema.name, node.place) }
      case .searched(let domain):
        let path = isShared ? name : prefix + name
        let index = decision(
          path, domain, preferred: parameter.defaultValue, key: isShared ? name : nil, known: &known
        )
        if isSize { size = .searched(index) } else { searched.append((parameter.name, index)) }
      }
    }
    return MethodPlan(schema: schema, base: base, size: size, searched: searched)
  }

  /// Methods that always stand together may not rewrite one weight.
  private func checkClaims(
    _ group: GroupPlan, node: SpaceNode, subject: String
  ) throws(SpaceError) {
    guard case .all = group.presence else { return }
    let instances = group.methods.filter(\.searched.isEmpty)
      .map { MethodInstance($0.name, $0.base) }
    if let clash = costModel.clash(instances), clash.methods.count == 2 {
      throw .claim(
        node.place, first: clash.methods[0], second: clash.methods[1], weight: clash.weight,
        subject: subject)
    }
  }
}
