extension SearchSpace {
  /// All values of a decision in a fixed order; nil for a continuous one, and for a path that is no
  /// decision of the space.
  public func alternatives(of path: String) -> [ParameterValue]? {
    indexOfPath[path].flatMap { plan.hyperparameters[$0].domain.allValues }
  }

  /// The number of layer groups.
  public var groupCount: Int { plan.grouping.groupCount }

  /// Unit numbers for `point(fromUnit:)` with which one decision takes a value, the others as they
  /// were.
  ///
  /// - Precondition: the space has the decision, and its domain holds the value.
  public func unit(
    _ unit: [Double], fixing path: String, to value: ParameterValue
  ) -> [Double] {
    guard let index = indexOfPath[path], plan.hyperparameters[index].domain.contains(value) else {
      preconditionFailure("SearchSpace.unit: '\(path)' cannot be \(value)")
    }
    let parameter = plan.hyperparameters[index]
    var unit = unit
    func set(_ position: Int, among count: Int) {
      unit[parameter.firstDimension] = (Double(position) + 0.5) / Double(count)
    }
    switch parameter.domain {
    case .choice(let values): set(values.firstIndex(of: value) ?? 0, among: values.count)
    case .compositions(let lists):
      set(
        lists.firstIndex { .text(Domain.name(of: $0)) == value } ?? 0, among: lists.count)
    case .subset(let names, _, _):
      let members = value.asList ?? []
      for (offset, name) in names.enumerated() {
        // The ends of [0, 1): a member that the bounds leave open follows these.
        unit[parameter.firstDimension + offset] = members.contains(name) ? 1.0.nextDown : 0
      }
    case .integer, .number, .ordinal:
      unit[parameter.firstDimension] = parameter.domain.unit(of: value) ?? 0.5
    }
    return unit
  }
}
