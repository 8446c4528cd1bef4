import SearchSpaces

/// The objectives beside the score: costs that are exact before training, all to be maximised.
///
/// They come from the space file's `objectives:`. With none, the search is for the best score alone.
struct KnownObjectives: Sendable {
  private let costs: [(name: CostName, sign: Double)]

  init(_ space: SearchSpace) {
    costs = space.objectives.compactMap { objective in
      guard case .cost(let name) = objective.quantity else { return nil }
      return (name, objective.direction == .maximize ? 1 : -1)
    }
  }

  var count: Int { costs.count }

  func values(_ exact: TrialCosts) -> [Double] {
    costs.map { $0.sign * Double($0.name.value(in: exact)) }
  }

  /// Score and costs of each observation, all to be maximised.
  func points(_ observed: [HistoryView.Observation]) -> [[Double]] {
    observed.map { [$0.score] + values($0.costs) }
  }
}
