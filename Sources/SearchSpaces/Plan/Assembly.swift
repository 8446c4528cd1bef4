extension SearchSpace {
  /// Turns a resolved point into a candidate: constraints, sizes from the budget, costs, limits.
  func assemble(_ resolution: inout Resolution) throws(Infeasibility) -> Candidate {
    try checkConstraints(resolution)
    try checkRefusals(resolution)
    try checkClaims(resolution)
    try checkRoom(resolution)
    let layers = try filledLayers(resolution)
    let configuration = PEFTConfiguration(
      groups: merged(layers, resolution), model: resolution.model.map(\.instance),
      training: resolution.training)
    let costs = costs(of: configuration)
    for limit in limits where limit.cost.value(in: costs) > limit.limit {
      throw .overBudget(
        cost: limit.cost.rawValue, value: limit.cost.value(in: costs), limit: limit.limit)
    }
    let use = plan.budget.map { Double($0.measure(costs.parameters)) / Double($0.limit) }
    return Candidate(
      point: point(of: resolution.values), configuration: configuration, costs: costs,
      budgetUse: use)
  }

  private func checkConstraints(_ resolution: Resolution) throws(Infeasibility) {
    for clause in plan.forbidden where clause.isForbidden(in: resolution) {
      throw .forbidden(clause: clause.number, text: clause.text)
    }
    for clause in plan.required where !clause.isMet(in: resolution) {
      throw .required(clause: clause.number, text: clause.text)
    }
  }

  /// Every method must work on this backbone as it is set.
  private func checkRefusals(_ resolution: Resolution) throws(Infeasibility) {
    for member in resolution.members.joined() + resolution.model {
      if let reason = costModel.facts(of: member.instance)?.refusal {
        throw .refused(method: member.instance.name, reason: reason)
      }
    }
  }

  /// Two methods may not rewrite one weight of a layer, or of the model.
  private func checkClaims(_ resolution: Resolution) throws(Infeasibility) {
    for (index, members) in resolution.members.enumerated() {
      let instances = members.map(\.instance)
      if let clash = costModel.clash(instances) {
        throw .conflict(group: index + 1, methods: clash.methods, weight: clash.weight)
      }
    }
    if let clash = costModel.clash(resolution.model.map(\.instance)) {
      throw .conflict(group: nil, methods: clash.methods, weight: clash.weight)
    }
  }

  /// What stands in front of the texts must leave positions to them.
  private func checkRoom(_ resolution: Resolution) throws(Infeasibility) {
    guard !resolution.model.isEmpty else { return }
    let taken = costModel.inFront(resolution.model.map(\.instance)).positions
    guard taken == 0 || taken + BackboneShape.shortestText <= backbone.positions else {
      throw .noRoomForText(taken: taken, positions: backbone.positions)
    }
  }

  /// What a run of equal layers of one group holds.
  private struct LayerContent {
    let group: Int
    let sizes: [Int]
    let methods: [MethodInstance]
  }

  /// The methods of each layer, filled sizes solved; nil for a frozen layer.
  private func filledLayers(_ resolution: Resolution) throws(Infeasibility) -> [LayerContent?] {
    let shares = layerShares(resolution)
    var contents: [LayerContent?] = []
    contents.reserveCapacity(backbone.layers)
    for (group, size) in resolution.sizes.enumerated() {
      let members = resolution.members[group]
      let fill = plan.budget.flatMap { solver(for: members, measure: $0.measure) }
      var known: (share: Int, content: LayerContent)?
      for _ in 0..<size {
        let layer = contents.count
        guard !members.isEmpty, resolution.mask[layer] else {
          contents.append(nil)
          continue
        }
        if let known, fill == nil || known.share == shares[layer] {
          contents.append(known.content)
          continue
        }
        let content = try layerContent(
          group: group, members: members, fill: fill, share: shares[layer], layer: layer)
        known = (shares[layer], content)
        contents.append(content)
      }
    }
    return contents
  }

  private func layerContent(
    group: Int, members: [Resolution.Member], fill: BudgetFill?, share: Int, layer: Int
  ) throws(Infeasibility) -> LayerContent {
    guard let fill else {
      return LayerContent(group: group, sizes: [], methods: members.map(\.instance))
    }
    guard let sizes = fill.sizes(share: share) else {
      throw .doesNotFit(
        layer: layer + 1, methods: members.map(\.schema.name),
        smallest: fill.count(fill.curves.map { _ in 1 }), share: share)
    }
    var next = 0
    let methods = members.map { member in
      guard member.isFilled else { return member.instance }
      defer { next += 1 }
      return fill.curves[next].sized(sizes[next])
    }
    return LayerContent(group: group, sizes: sizes, methods: methods)
  }

  /// nil where no method of the group is filled.
  private func solver(
    for members: [Resolution.Member], measure: BudgetPlan.Measure
  ) -> BudgetFill? {
    let filled = members.filter(\.isFilled)
    if filled.isEmpty { return nil }
    let fixed = members.filter { !$0.isFilled }.reduce(0) { sum, member in
      sum + (costModel.facts(of: member.instance).map { measure($0.counts) } ?? 0)
    }
    return BudgetFill(
      curves: filled.compactMap { BudgetFill.Curve($0, measure: measure, model: costModel) },
      fixedCount: fixed)
  }

  /// Each layer's share of the budget: ⌊B · wᵢ / Σ w⌋, model-wide methods paid first.
  ///
  /// The sum runs over the tuned layers (`total`) or over all (`per-layer`).
  private func layerShares(_ resolution: Resolution) -> [Int] {
    let count = backbone.layers
    guard let budget = plan.budget else { return Array(repeating: 0, count: count) }
    var isTuned: [Bool] = []
    for (members, size) in zip(resolution.members, resolution.sizes) {
      isTuned += Array(repeating: !members.isEmpty, count: size)
    }
    for layer in isTuned.indices where !resolution.mask[layer] { isTuned[layer] = false }
    let weights = (1...count).map { resolution.spread.weight(ofLayer: $0, of: count) }
    let sum = weights.indices.reduce(0) { sum, layer in
      isTuned[layer] || budget.scope == .perLayer ? sum + weights[layer] : sum
    }
    let model = resolution.model.reduce(0) { sum, member in
      sum + (costModel.facts(of: member.instance).map { budget.measure($0.counts) } ?? 0)
    }
    let limit = max(0, budget.limit - model)
    return weights.indices.map { layer in
      // The product may need more than 64 bits, the quotient does not.
      isTuned[layer] && sum > 0
        ? sum.dividingFullWidth(limit.multipliedFullWidth(by: weights[layer])).quotient : 0
    }
  }

  /// Runs of equal layers, as the canonical form of a configuration has them.
  private func merged(_ layers: [LayerContent?], _ resolution: Resolution) -> [LayerGroup] {
    var groups: [LayerGroup] = []
    var last: LayerContent??
    for content in layers {
      let isSameRun =
        last.map { $0?.group == content?.group && $0?.sizes == content?.sizes } ?? false
      let methods = content?.methods ?? []
      if let previous = groups.last, isSameRun || previous.methods == methods {
        groups[groups.count - 1].layers += 1
      } else {
        groups.append(LayerGroup(layers: 1, methods: methods))
      }
      last = content
    }
    return groups
  }
}
