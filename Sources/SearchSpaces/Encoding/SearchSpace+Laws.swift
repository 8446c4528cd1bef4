import Foundation

/// How the numbers of one dimension are spread where points are drawn by `SearchSpace.sample`.
public enum DimensionLaw: Hashable, Sendable {
  /// Encoded values with their probabilities.
  case levels(values: [Double], probabilities: [Double])
  /// Uniform on [0, 1].
  case uniform
}

extension SearchSpace {
  /// Domains with more values are not listed.
  static let largestLaw = 64

  /// The law of each dimension, where every decision exists at every point and none depends on
  /// another; nil for any other space, and for one with a whole number of more than 64 values.
  ///
  /// Limits and constraints are not looked at: the law is that of `sample(using:)`.
  public var independentLaws: [DimensionLaw]? {
    guard decisionsAlwaysExist else { return nil }
    var laws: [DimensionLaw] = []
    for parameter in plan.hyperparameters {
      guard let own = parameter.domain.laws else { return nil }
      laws += own
    }
    return laws
  }

  /// Whether no decision depends on another for its existence.
  private var decisionsAlwaysExist: Bool {
    if let tuned = plan.tuned, case .searched = tuned.setting { return false }
    if case .searched? = plan.mask { return false }
    let sizes = plan.grouping.sizes.values
    switch plan.grouping.pattern {
    case .fixed: break
    case .searched:
      let isFixed = sizes.allSatisfy { if case .fixed = $0 { true } else { false } }
      guard isFixed else { return false }
    }
    guard (plan.groups + [plan.model].compactMap { $0 }).allSatisfy(isSettled) else {
      return false
    }
    guard let budget = plan.budget, case .searched = budget.spread else { return true }
    return plan.groups.contains { group in group.methods.contains { $0.size == .filled } }
  }

  /// Whether a group holds the same methods at every point.
  private func isSettled(_ group: GroupPlan) -> Bool {
    guard case .all = group.presence else { return false }
    return group.methods.allSatisfy { method in
      // A searched size of 0 leaves the method out.
      guard case .searched(let index) = method.size else { return true }
      return !plan.hyperparameters[index].domain.contains(.integer(0))
    }
  }
}

extension Domain {
  /// One law a dimension; nil where the dimensions of the domain depend on each other, or where
  /// there are too many values to list.
  fileprivate var laws: [DimensionLaw]? {
    func even(_ values: [Double]) -> DimensionLaw {
      .levels(
        values: values, probabilities: values.map { _ in 1 / Double(values.count) })
    }
    switch self {
    case .number(let range, _):
      return range.lowerBound == range.upperBound ? [even([0.5])] : [.uniform]
    case .integer(let range, let isLogarithmic):
      guard range.count <= SearchSpace.largestLaw, let values = allValues else { return nil }
      let places = values.compactMap(unit)
      guard isLogarithmic else { return [even(places)] }
      let (low, high) = (Double(range.lowerBound) - 0.5, Double(range.upperBound) + 0.5)
      let probabilities = range.map { whole in
        log((Double(whole) + 0.5) / (Double(whole) - 0.5)) / log(high / low)
      }
      return [.levels(values: places, probabilities: probabilities)]
    case .ordinal(let values):
      return values.count <= SearchSpace.largestLaw ? [even(values.compactMap(unit))] : nil
    case .choice(let values):
      return values.count <= SearchSpace.largestLaw ? [even(values.indices.map(Double.init))] : nil
    case .compositions(let lists):
      return lists.count <= SearchSpace.largestLaw ? [even(lists.indices.map(Double.init))] : nil
    case .subset(let names, let counts, let isOrdered):
      guard counts.lowerBound == 0, counts.upperBound >= names.count else { return nil }
      let levels = isOrdered ? (0..<2).map { Domain.unit(level: $0, of: 2) } : [0, 1]
      return names.map { _ in even(levels) }
    }
  }
}
