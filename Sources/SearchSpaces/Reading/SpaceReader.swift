/// Builds a search space from a file whose shape was checked.
///
/// The order of reading is the order of the decisions in points and encodings: groups, tuned
/// groups, mask, methods, model, spread, training.
struct SpaceReader {
  let root: SpaceNode
  let backbone: BackboneShape
  let schemas: [String: MethodSchema]
  let domains: DomainReader
  let costModel: CostModel
  private(set) var hyperparameters: [Hyperparameter] = []
  private(set) var dimensions: [SpaceDimension] = []
  /// Whether some group fills a size, and which method is the first to.
  var filled: (method: String, place: SourcePlace)?
  var usedMethods: Set<String> = []

  init(root: SpaceNode, backbone: BackboneShape, schemas: [MethodSchema]) {
    self.root = root
    self.backbone = backbone
    self.schemas = Dictionary(
      schemas.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    domains = DomainReader(backbone: backbone)
    costModel = CostModel(backbone: backbone, schemas: self.schemas)
  }

  mutating func read(file: String, grammar: SpaceGrammar) throws(SpaceError) -> SearchSpace {
    let grouping = try readGrouping()
    let tuned = try readTuned(groups: grouping.groupCount)
    let mask = try readMask()
    let ties = try readTies(groups: grouping.groupCount)
    let groups = try readGroups(count: grouping.groupCount, ties: ties)
    let model = try readModel()
    try checkUsedMethods()
    let (budget, limits) = try readBudget()
    let (training, searchedTraining) = try readTraining()
    let clauses = ClauseReader(
      groupCount: grouping.groupCount, groups: groups, model: model, schemas: schemas)
    let plan = SpacePlan(
      hyperparameters: hyperparameters, grouping: grouping, tuned: tuned, mask: mask,
      groups: groups, model: model, training: training, searchedTraining: searchedTraining,
      budget: budget, limits: limits,
      forbidden: try clauses.read(root["forbid"], key: "forbid"),
      required: try clauses.read(root["require"], key: "require"))
    let strategy = root["strategy"]
    let space = SearchSpace(
      file: file, backbone: backbone, schemas: schemas, dimensions: dimensions,
      summary: root["description"]?.text, objectives: try readObjectives(), limits: limits,
      strategyName: strategy?["name"]?.text, strategySettings: readSettings(strategy),
      trainingDefaults: defaultTraining(training, searchedTraining),
      seeds: root["training"]?["seeds"]?.integer ?? 1,
      usesReferences: root["references"]?.flag ?? true, start: [], costModel: costModel, plan: plan,
      indexOfPath: Dictionary(
        hyperparameters.enumerated().map { ($1.path, $0) }, uniquingKeysWith: { first, _ in first }
      ))
    return try StartReader(space: space, grammar: grammar).read(root["start"])
  }

  /// Adds a decision and returns its index.
  mutating func add(
    _ path: String, _ domain: Domain, preferred: ParameterValue? = nil
  ) -> Int {
    let members: [String?]
    let kind: SpaceDimension.Kind
    switch domain {
    case .integer(let range, _): (members, kind) = ([nil], .ordered(levels: range.count))
    case .number: (members, kind) = ([nil], .ordered(levels: nil))
    case .ordinal(let values): (members, kind) = ([nil], .ordered(levels: values.count))
    case .choice(let values): (members, kind) = ([nil], .unordered(choices: values.count))
    case .compositions(let lists): (members, kind) = ([nil], .unordered(choices: lists.count))
    case .subset(let names, _, let isOrdered):
      (members, kind) = (names, isOrdered ? .ordered(levels: 2) : .unordered(choices: 2))
    }
    hyperparameters.append(
      Hyperparameter(
        path: path, domain: domain, defaultValue: domain.defaultValue(preferred: preferred),
        firstDimension: dimensions.count, dimensionCount: members.count))
    for member in members {
      dimensions.append(
        SpaceDimension(
          path: member.map { "\(path)[\($0)]" } ?? path, hyperparameter: path, kind: kind))
    }
    return hyperparameters.count - 1
  }

  /// A decision, or a constant.
  mutating func setting(
    _ spec: DomainSpec, path: String, preferred: ParameterValue?
  ) -> Setting {
    switch spec {
    case .fixed(let value): .fixed(value)
    case .searched(let domain): .searched(add(path, domain, preferred: preferred))
    case .filled: .fixed(.text("fill"))
    }
  }

  private func defaultTraining(
    _ training: TrainingSettings, _ searched: [(name: TrainingKey, hyperparameter: Int)]
  ) -> TrainingSettings {
    var settings = training
    for (key, index) in searched { key.set(hyperparameters[index].defaultValue, in: &settings) }
    return settings
  }

  private func readSettings(_ strategy: SpaceNode?) -> [String: ParameterValue] {
    var settings: [String: ParameterValue] = [:]
    for entry in strategy?.entries ?? [] where entry.key != "name" {
      if let items = entry.node.items {
        settings[entry.key] = .list(items.map { $0.scalar?.description ?? "" })
      } else if let value = entry.node.scalar {
        settings[entry.key] = value
      }
    }
    return settings
  }

  private func readObjectives() throws(SpaceError) -> [Objective] {
    var objectives: [Objective] = []
    for item in root["objectives"]?.items ?? [] {
      guard let entries = item.entries, entries.count == 1, let entry = entries.first else {
        throw .unexpected(
          item.place, subject: "each value of objectives", expected: "a pair such as score: max",
          got: item.summary)
      }
      let quantity: Objective.Quantity = CostName(name: entry.key).map { .cost($0) } ?? .score
      if objectives.contains(where: { $0.quantity == quantity }) {
        throw .repeated(entry.place, subject: "objectives", value: entry.key)
      }
      objectives.append(Objective(quantity, entry.node.text == "min" ? .minimize : .maximize))
    }
    return objectives.isEmpty ? [Objective(.score, .maximize)] : objectives
  }
}

extension Domain {
  /// The preferred value where the domain holds it, else one from the middle.
  func defaultValue(preferred: ParameterValue?) -> ParameterValue {
    if let preferred, contains(preferred) { return preferred }
    switch self {
    case .integer, .number, .ordinal: return value(atUnit: 0.5) ?? .integer(0)
    case .choice(let values): return values[0]
    case .compositions(let lists): return .text(Self.name(of: lists[lists.count / 2]))
    case .subset(let names, let counts, _):
      let wanted = preferred?.asList.map { list in names.filter(list.contains) } ?? names
      let rest = names.filter { !wanted.contains($0) }
      let chosen = Set(
        (wanted + rest).prefix(max(counts.lowerBound, min(wanted.count, counts.upperBound))))
      return .list(names.filter(chosen.contains))
    }
  }
}
