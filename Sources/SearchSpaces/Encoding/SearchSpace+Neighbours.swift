extension SearchSpace {
  /// All points that differ from a canonical point in exactly one decision.
  ///
  /// - whole numbers: the next lower and higher value, and those 0.05 away on the unit interval;
  /// - ordinals: the next lower and higher level;
  /// - real numbers: the next lower and higher point of the grid 0, 0.05, … 1 of the unit interval;
  /// - choices: every other choice (group sizes, where there are more than 20: all that move one
  ///   layer from one group to another, or all where none does);
  /// - subsets: every one with a member more or less; with a fixed number of members, every swap.
  ///
  /// Decisions that a move makes active get their default (the method's, where the domain holds it,
  /// else the middle); those that become inactive are dropped. The neighbours are canonical,
  /// distinct, in a fixed order, and may break limits or constraints.
  public func neighbours(of point: SearchPoint) -> [SearchPoint] {
    let given: [ParameterValue?]
    do throws(Infeasibility) {
      given = try resolve(values(of: point), completing: true).values
    } catch {
      return []
    }
    var seen: Set<SearchPoint> = [self.point(of: given)]
    var neighbours: [SearchPoint] = []
    for index in given.indices {
      guard let current = given[index] else { continue }
      for value in plan.hyperparameters[index].domain.moves(from: current) {
        guard let neighbour = moved(given, index, to: value) else { continue }
        if seen.insert(neighbour).inserted { neighbours.append(neighbour) }
      }
    }
    return neighbours
  }

  /// The canonical point after one decision changed; nil where another active decision changes too.
  private func moved(
    _ given: [ParameterValue?], _ index: Int, to value: ParameterValue
  ) -> SearchPoint? {
    var values = given
    values[index] = value
    do throws(Infeasibility) {
      let result = try resolve(values, completing: true).values
      let changes = result.indices.count { position in
        guard let before = given[position], let after = result[position] else { return false }
        return before != after
      }
      return changes <= 1 ? point(of: result) : nil
    } catch {
      return nil
    }
  }
}

extension Domain {
  /// The values of all one-step moves, in a fixed order.
  func moves(from current: ParameterValue) -> [ParameterValue] {
    switch self {
    case .integer(let range, _):
      guard let whole = current.asInteger, let unit = unit(of: current) else { return [] }
      let far = [unit - 0.05, unit + 0.05].compactMap { value(atUnit: $0)?.asInteger }
      let near = [whole - 1, whole + 1].filter(range.contains)
      return Set(far + near).subtracting([whole]).sorted().map { .integer($0) }
    case .number:
      guard let unit = unit(of: current) else { return [] }
      let below = max(0, (unit * 20 - 1e-4).rounded(.up) - 1) / 20
      let above = min(20, (unit * 20 + 1e-4).rounded(.down) + 1) / 20
      return [below, above].compactMap(value(atUnit:)).filter { $0 != current }
    case .ordinal(let values):
      guard let level = values.firstIndex(of: current) else { return [] }
      return [level - 1, level + 1].filter(values.indices.contains).map { values[$0] }
    case .choice(let values): return values.filter { $0 != current }
    case .compositions(let lists): return Self.compositionMoves(from: current, in: lists)
    case .subset(let names, let counts, _):
      return Self.subsetMoves(from: current.asList ?? [], names: names, counts: counts)
    }
  }

  private static func compositionMoves(
    from current: ParameterValue, in lists: [[Int]]
  ) -> [ParameterValue] {
    let others = lists.filter { .text(name(of: $0)) != current }
    guard lists.count > 20, let sizes = lists.first(where: { .text(name(of: $0)) == current })
    else { return others.map { .text(name(of: $0)) } }
    let near = others.filter { other in
      zip(other, sizes).reduce(0) { $0 + abs($1.0 - $1.1) } == 2
    }
    return (near.isEmpty ? others : near).map { .text(name(of: $0)) }
  }

  private static func subsetMoves(
    from current: [String], names: [String], counts: ClosedRange<Int>
  ) -> [ParameterValue] {
    let members = Set(current)
    func list(_ set: Set<String>) -> ParameterValue { .list(names.filter(set.contains)) }
    let toggled = names.map { members.symmetricDifference([$0]) }
      .filter { counts.contains($0.count) }
    guard counts.lowerBound == counts.upperBound else { return toggled.map(list) }
    return names.filter(members.contains).flatMap { out in
      names.filter { !members.contains($0) }.map { list(members.subtracting([out]).union([$0])) }
    }
  }
}
