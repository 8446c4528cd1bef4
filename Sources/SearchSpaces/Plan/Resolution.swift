/// A point on its way to a configuration: canonical values, and what each group holds.
struct Resolution {
  /// A method of one group; a filled one still lacks its size.
  struct Member {
    let schema: MethodSchema
    var instance: MethodInstance
    let isFilled: Bool
  }

  /// By hyper-parameter; nil where inactive.
  var values: [ParameterValue?]
  var pattern = ""
  /// The numbers of the tuned groups; nil where all are.
  var tuned: ParameterValue?
  /// The number of layers of each group.
  var sizes: [Int] = []
  /// The methods of each group, sorted by name; empty where the group is not tuned.
  var members: [[Member]] = []
  var model: [Member] = []
  /// Whether each layer may hold something.
  var mask: [Bool] = []
  var training = TrainingSettings()
  var spread = LayerSpread.uniform
}

extension SearchSpace {
  /// Finds out which decisions are active, in one walk from the outer to the inner ones.
  ///
  /// - Parameter completing: put the default where an active decision has no value.
  func resolve(
    _ given: [ParameterValue?], completing: Bool
  ) throws(Infeasibility) -> Resolution {
    var walk = ResolutionWalk(plan: plan, given: given, completing: completing)
    walk.grouping(layers: backbone.layers)
    try walk.groupMembers()
    try walk.modelMembers()
    guard walk.holdsLayerMethods || !walk.result.model.isEmpty else { throw .nothingTuned }
    try walk.dependents()
    try walk.training()
    return walk.result
  }
}

/// The walk itself: `given` values in, active values and members out.
private struct ResolutionWalk {
  let plan: SpacePlan
  let given: [ParameterValue?]
  let completing: Bool
  var result: Resolution
  /// Decisions that become active once a layer holds something.
  private var outerValues: [(index: Int, value: ParameterValue)] = []

  init(plan: SpacePlan, given: [ParameterValue?], completing: Bool) {
    self.plan = plan
    self.given = given
    self.completing = completing
    result = Resolution(values: Array(repeating: nil, count: given.count))
  }

  var holdsLayerMethods: Bool { result.members.contains { !$0.isEmpty } }

  /// The value of a decision, without marking it active.
  private func look(_ index: Int) throws(Infeasibility) -> ParameterValue {
    if let value = given[index] { return value }
    guard completing else { throw .missing(plan.hyperparameters[index].path) }
    return plan.hyperparameters[index].defaultValue
  }

  /// The value of an outer decision, or its default: whether it has to exist is known later.
  private mutating func lookOuter(_ index: Int) -> ParameterValue {
    let value = given[index] ?? plan.hyperparameters[index].defaultValue
    outerValues.append((index, value))
    return value
  }

  /// The value of a decision, marked active.
  private mutating func take(_ index: Int) throws(Infeasibility) -> ParameterValue {
    let value = try look(index)
    result.values[index] = value
    return value
  }

  private mutating func take(_ setting: Setting) throws(Infeasibility) -> ParameterValue {
    switch setting {
    case .fixed(let value): value
    case .searched(let index): try take(index)
    }
  }

  /// Group sizes and mask, which become active once a layer holds something.
  mutating func grouping(layers: Int) {
    let pattern: ParameterValue
    switch plan.grouping.pattern {
    case .fixed(let value): pattern = value
    case .searched(let index): pattern = lookOuter(index)
    }
    result.pattern = pattern.asText ?? ""
    switch plan.grouping.sizes[result.pattern] {
    case .fixed(let sizes)?: result.sizes = sizes
    case .searched(let index, let lists)?:
      let name = lookOuter(index).asText ?? ""
      result.sizes = lists.first { Domain.name(of: $0) == name } ?? []
    case nil: result.sizes = []
    }
    result.mask = Array(repeating: true, count: layers)
    guard let mask = plan.mask else { return }
    let names: [String]
    switch mask {
    case .fixed(let value): names = value.asList ?? []
    case .searched(let index):
      // While the mask is undecided every layer is open, so that an enumeration goes on to it.
      let isUndecided = given[index] == nil && !completing
      names = lookOuter(index).asList ?? []
      if isUndecided { return }
    }
    result.mask = Array(repeating: false, count: layers)
    for name in names {
      if let layer = Int(name), layer >= 1, layer <= layers { result.mask[layer - 1] = true }
    }
  }

  /// The methods of each tuned group that has a layer under the mask.
  mutating func groupMembers() throws(Infeasibility) {
    var isTuned = Array(repeating: true, count: plan.grouping.groupCount)
    if let tuned = plan.tuned {
      let value: ParameterValue
      switch tuned.setting {
      case .fixed(let fixed): value = fixed
      case .searched(let index): value = try look(index)
      }
      result.tuned = value
      let names = value.asList ?? []
      for group in isTuned.indices { isTuned[group] = names.contains(String(group + 1)) }
    }
    var first = 0
    for (group, size) in zip(plan.groups, result.sizes) {
      let isSeen = result.mask[first..<first + size].contains(true)
      first += size
      let isOn = isSeen && isTuned[group.number - 1]
      result.members.append(isOn ? try members(of: group) : [])
    }
    guard let tuned = plan.tuned, case .searched(let index) = tuned.setting else { return }
    let numbers = result.members.indices.filter { !result.members[$0].isEmpty }
    if numbers.isEmpty && plan.model == nil { throw .nothingTuned }
    guard tuned.counts.contains(numbers.count) else {
      throw .tunedCount(allowed: tuned.counts, got: numbers.count)
    }
    let list = ParameterValue.list(numbers.map { String($0 + 1) })
    result.values[index] = list
    result.tuned = list
  }

  mutating func modelMembers() throws(Infeasibility) {
    if let model = plan.model { result.model = try members(of: model) }
  }

  /// The members of a group; decisions of a group that turns out empty do not exist where the
  /// choice of tuned groups is a decision itself.
  private mutating func members(of group: GroupPlan) throws(Infeasibility) -> [Resolution.Member] {
    let before = plan.searchesTunedGroups && group.number > 0 ? result.values : nil
    let members = try presentMembers(of: group)
    if members.isEmpty, let before { result.values = before }
    return members
  }

  private mutating func presentMembers(
    of group: GroupPlan
  ) throws(Infeasibility) -> [Resolution.Member] {
    var members: [Resolution.Member] = []
    switch group.presence {
    case .all:
      for method in group.methods {
        if let member = try member(method, isOptional: false) { members.append(member) }
      }
    case .chosen(let index):
      let names = try take(index).asList ?? []
      for method in group.methods where names.contains(method.name) {
        if let member = try member(method, isOptional: false) { members.append(member) }
      }
    case .searched(let index, let counts):
      let names = try look(index).asList ?? []
      for method in group.methods where names.contains(method.name) {
        if let member = try member(method, isOptional: true) { members.append(member) }
      }
      guard counts.contains(members.count) else {
        throw .methodCount(group: group.number, allowed: counts, got: members.count)
      }
      if members.count == names.count {
        result.values[index] = .list(names)
      } else {
        let present = Set(members.map(\.instance.name))
        result.values[index] = .list(names.filter(present.contains))
      }
    }
    return members
  }

  /// One method; nil where its size is 0.
  private mutating func member(
    _ method: MethodPlan, isOptional: Bool
  ) throws(Infeasibility) -> Resolution.Member? {
    var parameters = method.base
    if case .searched(let index) = method.size {
      let size = try look(index)
      let isAbsent = size.asInteger == 0
      if !(isAbsent && isOptional) { result.values[index] = size }
      if isAbsent { return nil }
      if let name = method.schema.sizeParameter { parameters[name] = size }
    }
    for (name, index) in method.searched { parameters[name] = try take(index) }
    return Resolution.Member(
      schema: method.schema, instance: MethodInstance(method.name, parameters),
      isFilled: method.size == .filled)
  }

  /// Decisions that only exist where something else does: grouping, mask and spread.
  mutating func dependents() throws(Infeasibility) {
    guard holdsLayerMethods else { return }
    for (index, value) in outerValues {
      guard completing || given[index] != nil else {
        throw .missing(plan.hyperparameters[index].path)
      }
      result.values[index] = value
    }
    guard let budget = plan.budget, result.members.joined().contains(where: \.isFilled) else {
      return
    }
    let name = try take(budget.spread).asText ?? ""
    result.spread = LayerSpread(rawValue: name) ?? .uniform
  }

  mutating func training() throws(Infeasibility) {
    var settings = plan.training
    for (key, index) in plan.searchedTraining { key.set(try take(index), in: &settings) }
    result.training = settings
  }
}
