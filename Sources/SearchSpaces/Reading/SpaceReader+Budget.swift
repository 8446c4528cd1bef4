extension SpaceReader {
  /// `budget`: hard limits, and the plan for filled sizes.
  mutating func readBudget() throws(SpaceError) -> (BudgetPlan?, [CostLimit]) {
    let entries = root["budget"]?.entries ?? []
    var limits: [CostLimit] = []
    var names: [CostName: String] = [:]
    var paying: (measure: BudgetPlan.Measure, limit: Int)?
    for entry in entries {
      guard let cost = CostName(name: entry.key) else { continue }
      if let other = names.updateValue(entry.key, forKey: cost) {
        throw .twoBudgets(entry.place, first: other, second: entry.key)
      }
      let limit = count(entry.node, unit: cost.unit)
      limits.append(CostLimit(cost: cost, limit: limit))
      if paying == nil, let measure = BudgetPlan.Measure(rawValue: cost.rawValue) {
        paying = (measure, limit)
      }
    }
    if let filled, paying == nil {
      throw .fillWithoutBudget(filled.place, method: filled.method)
    }
    let shaping = entries.first { $0.key == "spread" || $0.key == "scope" }
    if filled == nil, let shaping { throw .spreadWithoutFill(shaping.place) }
    guard let paying else { return (nil, limits) }
    var spread = Setting.fixed(.text(LayerSpread.uniform.rawValue))
    if let node = root["budget"]?["spread"] {
      let spec = try domains.spec(
        node, kind: .choice(LayerSpread.allCases.map(\.rawValue)), isSize: false,
        subject: "budget.spread")
      spread = setting(spec, path: "spread", preferred: .text(LayerSpread.uniform.rawValue))
    }
    let scope = root["budget"]?["scope"]?.text.flatMap(BudgetPlan.Scope.init) ?? .total
    let plan = BudgetPlan(
      measure: paying.measure, limit: paying.limit, scope: scope, spread: spread)
    return (plan, limits)
  }

  /// A limit as a number; a share is rounded down to whole parameters of the backbone.
  private func count(_ node: SpaceNode, unit: ValueShape.LimitUnit) -> Int {
    switch node.limit(unit) {
    case .count(let count)?: count
    case .share(let percent)?:
      Int((Double(backbone.parameterCount) * percent / 100 + 1e-6).rounded(.down))
    case nil: 0
    }
  }

  /// `training`: constants, and the settings that are decisions.
  mutating func readTraining() throws(SpaceError) -> (
    TrainingSettings, [(name: TrainingKey, hyperparameter: Int)]
  ) {
    var settings = TrainingSettings()
    var searched: [(name: TrainingKey, hyperparameter: Int)] = []
    for key in TrainingKey.allCases {
      guard let node = root["training"]?[key.rawValue] else { continue }
      let spec = try domains.spec(
        node, kind: key.schema.kind, isSize: false, subject: "training.\(key.rawValue)")
      switch spec {
      case .fixed(let value): key.set(value, in: &settings)
      case .searched(let domain):
        let preferred = key.schema.defaultValue
        searched.append((key, add("training.\(key.rawValue)", domain, preferred: preferred)))
      case .filled: continue
      }
    }
    return (settings, searched)
  }
}
