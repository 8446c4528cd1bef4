/// Reads `start`, once the rest of the space is known.
struct StartReader {
  let space: SearchSpace
  let grammar: SpaceGrammar

  func read(_ node: SpaceNode?) throws(SpaceError) -> SearchSpace {
    var space = space
    for (index, item) in (node?.items ?? []).enumerated() {
      space.start.append(try entry(item, number: index + 1))
    }
    return space
  }

  private func entry(_ node: SpaceNode, number: Int) throws(SpaceError) -> StartConfiguration {
    guard let point = node["point"] else {
      let configuration = try ConfigurationReader(
        schemas: Array(space.schemas.values), backbone: space.backbone
      ).read(node, training: space.trainingDefaults)
      let costs = space.costs(of: configuration)
      for limit in space.limits where limit.cost.value(in: costs) > limit.limit {
        let reason = Infeasibility.overBudget(
          cost: limit.cost.rawValue, value: limit.cost.value(in: costs), limit: limit.limit)
        throw .start(node.place, number: number, reason: reason.description)
      }
      return StartConfiguration(point: nil, configuration: configuration)
    }
    var values = SearchPoint()
    for entry in point.entries ?? [] {
      guard let index = space.indexOfPath[entry.key] else {
        throw .unknownName(
          entry.place, subject: "decision", name: entry.key,
          known: space.plan.hyperparameters.map(\.path))
      }
      guard let value = value(entry.node, of: space.plan.hyperparameters[index]) else {
        throw .start(
          entry.node.place, number: number,
          reason: "'\(entry.key)' cannot be \(entry.node.inline)")
      }
      values[entry.key] = value
    }
    do throws(Infeasibility) {
      let candidate = try space.candidate(at: try space.completed(values))
      return StartConfiguration(point: candidate.point, configuration: candidate.configuration)
    } catch {
      throw .start(point.place, number: number, reason: error.description)
    }
  }

  private func value(_ node: SpaceNode, of parameter: Hyperparameter) -> ParameterValue? {
    let value: ParameterValue?
    switch parameter.domain {
    case .subset(let names, _, _):
      let given = node.items?.compactMap(\.text) ?? []
      guard node.items != nil, Set(given).count == given.count,
        given.allSatisfy(names.contains)
      else { return nil }
      value = .list(names.filter(given.contains))
    case .choice(let values) where values.contains { $0.asList != nil }:
      let given = node.items?.compactMap(\.text).sorted()
      value = values.first { $0.asList?.sorted() == given }
    case .compositions: value = node.text.map { .text($0) }
    default: value = node.scalar
    }
    return value.flatMap { parameter.domain.contains($0) ? $0 : nil }
  }
}
