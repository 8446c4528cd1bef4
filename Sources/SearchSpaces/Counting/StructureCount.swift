/// Counts the canonical points of a space whose decisions are independent, by a formula.
///
/// Let S be the set of methods that some group holds. Parameters that all groups share are decided
/// once for each method of S, the others once in each group that holds the method:
///
/// N = Σ over S ≠ ∅ of G(S) · Π over m in S of shared(m) · (sizes of the groups · mask),
///
/// where G(S), the number of ways to fill the groups with union exactly S, follows from the number
/// F(T) of ways with union inside T by inclusion and exclusion, and F(T) is a product over groups
/// (a polynomial in the number of tuned groups). Sizes of 0 are counted as "left out".
struct StructureCount {
  private let plan: SpacePlan
  private let names: [String]
  private let layerCount: Int

  /// nil where decisions are not independent: a mask over several groups, a list of methods that
  /// groups share or choose as a whole, a parameter that only some groups share, or more than ten
  /// methods.
  init?(space: SearchSpace) {
    plan = space.plan
    layerCount = space.backbone.layers
    names = Set(plan.groups.flatMap { $0.methods.map(\.name) }).sorted()
    guard names.count <= 10, plan.model.map({ $0.methods.count <= 10 }) ?? true else { return nil }
    if plan.mask != nil && plan.groups.count > 1 { return nil }
    let choosesLists = ([plan.model].compactMap { $0 } + plan.groups).contains { group in
      if case .chosen = group.presence { true } else { false }
    }
    if choosesLists { return nil }
    let presences = plan.groups.compactMap { group -> Int? in
      if case .searched(let index, _) = group.presence { index } else { nil }
    }
    guard Set(presences).count == presences.count else { return nil }
    guard sharingIsUniform, vanishingIsUniform else { return nil }
  }

  /// nil where the number is above 10³⁸.
  func total() -> Int128? {
    guard let layers = layerTotal(), let model = modelTotal() else { return nil }
    let emptyLayers: Int128 = mayBeEmpty(everywhereBut: 0) ? 1 : 0
    var total = model.mayBeEmpty ? layers : 0
    guard let mixed = SearchSpace.product(layers + emptyLayers, model.filled) else { return nil }
    total += mixed
    for (_, index) in plan.searchedTraining {
      guard let count = validCount(index), let next = SearchSpace.product(total, count) else {
        return nil
      }
      total = next
    }
    return total
  }

  // MARK: Layers

  private func layerTotal() -> Int128? {
    var total: Int128 = 0
    for set in 1..<max(1, 1 << names.count) {
      guard var term = exactly(set) else { return nil }
      if term == 0 { continue }
      for factor in [shared(set), groupings(), maskChoices()] {
        guard let factor, let next = SearchSpace.product(term, factor) else { return nil }
        term = next
      }
      let (sum, overflow) = total.addingReportingOverflow(term)
      if overflow { return nil }
      total = sum
    }
    return total
  }

  /// G(S), by inclusion and exclusion over the methods that a group may do without.
  private func exactly(_ set: Int) -> Int128? {
    let fixed = set & vanishing
    let free = set & ~vanishing
    var sum: Int128 = 0
    var part = free
    while true {
      guard let all = inside(part | fixed) else { return nil }
      let filled = all - (mayBeEmpty(everywhereBut: part | fixed) ? 1 : 0)
      sum += (free & ~part).nonzeroBitCount % 2 == 1 ? -filled : filled
      if part == 0 { return sum }
      part = (part - 1) & free
    }
  }

  /// F(T): the ways to fill the groups with methods of T only, everything empty included.
  private func inside(_ set: Int) -> Int128? {
    var byTuned: [Int128] = [1]
    for group in plan.groups {
      let filled = fillings(of: group, inside: set)
      guard let filled else { return nil }
      let isOff: Int128 = mayBeEmpty(group, vanished: vanishing & ~set) ? 1 : 0
      var next = Array(repeating: Int128(0), count: byTuned.count + 1)
      for (tuned, ways) in byTuned.enumerated() {
        guard let on = SearchSpace.product(ways, filled) else { return nil }
        next[tuned] += ways * isOff
        next[tuned + 1] += on
      }
      byTuned = next
    }
    guard plan.searchesTunedGroups, let counts = plan.tuned?.counts else {
      return byTuned.reduce(0, +)
    }
    return byTuned.enumerated().reduce(0) { counts.contains($1.offset) ? $0 + $1.element : $0 }
  }

  /// The ways to fill one group with a non-empty set of methods of T.
  private func fillings(of group: GroupPlan, inside set: Int) -> Int128? {
    guard canBeTuned(group) else { return 0 }
    var sum: Int128 = 0
    let methods = group.methods
    for members in 1..<max(1, 1 << methods.count) {
      guard isAllowed(members, in: group, inside: set) else { continue }
      var ways: Int128 = 1
      for (position, method) in methods.enumerated() where members >> position & 1 == 1 {
        for index in indices(of: method) where !isShared(index) {
          guard let count = presentCount(index, of: method),
            let next = SearchSpace.product(ways, count)
          else { return nil }
          ways = next
        }
      }
      sum += ways
    }
    return sum
  }

  private func isAllowed(_ members: Int, in group: GroupPlan, inside set: Int) -> Bool {
    for (position, method) in group.methods.enumerated() {
      let isIn = members >> position & 1 == 1
      if isIn && set & bit(method.name) == 0 { return false }
      if !isIn, case .all = group.presence {
        let vanishes = vanishing & bit(method.name) != 0 ? set & bit(method.name) == 0 : true
        if !(mayVanish(method) && vanishes) { return false }
      }
    }
    if case .searched(_, let counts) = group.presence {
      return counts.contains(members.nonzeroBitCount)
    }
    return true
  }

  // MARK: Parts of the formula

  /// Methods that every group must hold and whose one shared size may be 0: present everywhere or
  /// nowhere.
  private var vanishing: Int {
    plan.groups.reduce(0) { bits, group in
      guard case .all = group.presence else { return bits }
      return group.methods.reduce(bits) { bits, method in
        guard case .searched(let index) = method.size, isShared(index), mayVanish(method) else {
          return bits
        }
        return bits | bit(method.name)
      }
    }
  }

  private func mayVanish(_ method: MethodPlan) -> Bool {
    guard case .searched(let index) = method.size else { return false }
    return plan.hyperparameters[index].domain.contains(.integer(0))
  }

  private func mayBeEmpty(_ group: GroupPlan, vanished: Int) -> Bool {
    if plan.searchesTunedGroups || !canBeTuned(group) { return true }
    switch group.presence {
    case .all:
      return group.methods.allSatisfy { method in
        mayVanish(method)
          && (vanishing & bit(method.name) == 0 || vanished & bit(method.name) != 0)
      }
    case .searched(_, let counts): return counts.contains(0)
    case .chosen: return false
    }
  }

  /// Whether no group has to hold anything, where methods outside the set are absent.
  private func mayBeEmpty(everywhereBut set: Int) -> Bool {
    if plan.searchesTunedGroups, let counts = plan.tuned?.counts { return counts.contains(0) }
    return plan.groups.allSatisfy { mayBeEmpty($0, vanished: vanishing & ~set) }
  }

  private func canBeTuned(_ group: GroupPlan) -> Bool {
    guard case .fixed(let value)? = plan.tuned?.setting else { return true }
    return value.asList?.contains(String(group.number)) ?? true
  }

  private func shared(_ set: Int) -> Int128? {
    var product: Int128 = 1
    for name in names where set & bit(name) != 0 {
      guard let method = plan.groups.lazy.flatMap(\.methods).first(where: { $0.name == name })
      else { continue }
      for index in indices(of: method) where isShared(index) {
        guard let count = presentCount(index, of: method),
          let next = SearchSpace.product(product, count)
        else { return nil }
        product = next
      }
    }
    return product
  }

  private func groupings() -> Int128? {
    func count(_ sizes: GroupingPlan.Sizes?) -> Int128 {
      switch sizes {
      case .fixed: 1
      case .searched(_, let lists): Int128(lists.count)
      case nil: 0
      }
    }
    switch plan.grouping.pattern {
    case .fixed(let value): return count(plan.grouping.sizes[value.asText ?? ""])
    case .searched: return plan.grouping.sizes.values.reduce(0) { $0 + count($1) }
    }
  }

  private func maskChoices() -> Int128? {
    guard case .searched(let index)? = plan.mask,
      case .subset(_, let counts, _) = plan.hyperparameters[index].domain
    else { return 1 }
    return validCount(index).map { counts.contains(0) ? $0 - 1 : $0 }
  }

  private func modelTotal() -> (filled: Int128, mayBeEmpty: Bool)? {
    guard let group = plan.model else { return (0, true) }
    var filled: Int128 = 0
    var mayBeEmpty = false
    for members in 0..<(1 << group.methods.count) {
      if case .searched(_, let counts) = group.presence {
        guard counts.contains(members.nonzeroBitCount) else { continue }
      }
      var ways: Int128 = 1
      for (position, method) in group.methods.enumerated() {
        if members >> position & 1 == 0 {
          if case .all = group.presence, !mayVanish(method) { ways = 0 }
          continue
        }
        for index in indices(of: method) {
          guard let count = presentCount(index, of: method),
            let next = SearchSpace.product(ways, count)
          else { return nil }
          ways = next
        }
      }
      if members == 0 { mayBeEmpty = ways > 0 } else { filled += ways }
    }
    return (filled, mayBeEmpty)
  }

  // MARK: Hyper-parameters

  private func bit(_ name: String) -> Int { names.firstIndex(of: name).map { 1 << $0 } ?? 0 }

  private func indices(of method: MethodPlan) -> [Int] {
    let rest = method.searched.map(\.hyperparameter)
    if case .searched(let size) = method.size { return [size] + rest }
    return rest
  }

  private func isShared(_ index: Int) -> Bool {
    plan.groups.count { $0.methods.contains { indices(of: $0).contains(index) } } > 1
  }

  private func validCount(_ index: Int) -> Int128? {
    plan.hyperparameters[index].domain.validCount.map { Int128($0) }
  }

  /// The values with which the method is there.
  private func presentCount(_ index: Int, of method: MethodPlan) -> Int128? {
    guard let count = validCount(index) else { return nil }
    return method.size == .searched(index) && mayVanish(method) ? count - 1 : count
  }

  /// A parameter belongs to all groups that know the method, or to one.
  private var sharingIsUniform: Bool {
    names.allSatisfy { name in
      let users = plan.groups.compactMap { $0.methods.first { $0.name == name } }
      return Set(users.flatMap(indices)).allSatisfy { index in
        let count = users.count { indices(of: $0).contains(index) }
        return count == 1 || count == users.count
      }
    }
  }

  /// A method that vanishes everywhere at once is held by all groups.
  private var vanishingIsUniform: Bool {
    names.filter { vanishing & bit($0) != 0 }.allSatisfy { name in
      plan.groups.allSatisfy { group in
        guard case .all = group.presence else { return false }
        return group.methods.contains { $0.name == name }
      }
    }
  }
}
