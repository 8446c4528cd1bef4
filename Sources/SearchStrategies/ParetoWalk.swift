import GaussianProcesses
import LinearAlgebra
import SearchSpaces

/// AutoPEFT's maximiser of the acquisition function: short random walks from mutants of the front.
///
/// From each of `starts` places, one random change away from a random parent, stretches of 15
/// changes, each from the one before, are walked and valued; the best of a stretch becomes the new
/// place if it improves. A walk ends after `evaluations` values. Infeasible points may be walked
/// over, and are never moved to.
///
/// Reference: cambridgeltl/autopeft adapterhub/bo/models.py, `local_search` (2,000 evaluations, 10
/// starts).
struct ParetoWalk {
  let space: SearchSpace
  let encoder: PointEncoder
  let objectives: KnownObjectives
  let acquisition: any AcquisitionFunction
  /// Identities of all configurations tried or pending.
  let used: Set<String>
  let starts: Int
  let evaluations: Int
  let key: RandomKey

  static let stretch = 15
  /// Attempts at a mutant that is new before the start is drawn from the whole space.
  static let attempts = 100

  /// The walk with the highest end.
  struct Find {
    let start: Candidate
    let end: Candidate
    let value: Double
  }

  /// - Parameter parents: the front of the trials, at least one.
  func best(near parents: [SearchPoint]) throws(StrategyError) -> Find? {
    var best: Find?
    for index in 0..<starts {
      var source = CounterRandom(key.derived("walk").derived(index))
      guard let start = start(near: parents, using: &source) else { continue }
      let walk = try walk(from: start, using: &source)
      if walk.value > best?.value ?? -.infinity { best = walk }
    }
    return best
  }

  private func start(
    near parents: [SearchPoint], using source: inout CounterRandom
  ) -> Candidate? {
    let move = RandomMove(space: space)
    for _ in 0..<Self.attempts {
      let parent = parents[source.integer(below: parents.count)]
      if let point = move.point(from: parent, using: &source), let candidate = fresh(point) {
        return candidate
      }
    }
    for _ in 0..<Self.attempts {
      if let candidate = fresh(space.sample(using: &source)) { return candidate }
    }
    return nil
  }

  private func walk(
    from start: Candidate, using source: inout CounterRandom
  ) throws(StrategyError) -> Find {
    let move = RandomMove(space: space)
    var current = start
    var value = try values([start])[0]
    var spent = 1
    while spent < evaluations {
      var point = current.point
      var stretch: [Candidate] = []
      for _ in 0..<min(Self.stretch, evaluations - spent) {
        point = move.point(from: point, using: &source) ?? point
        if let candidate = fresh(point) { stretch.append(candidate) }
        spent += 1
      }
      let found = try values(stretch)
      guard let top = found.indices.max(by: { found[$0] < found[$1] }), found[top] > value else {
        continue
      }
      current = stretch[top]
      value = found[top]
    }
    return Find(start: start, end: current, value: value)
  }

  private func values(_ candidates: [Candidate]) throws(StrategyError) -> [Double] {
    guard !candidates.isEmpty else { return [] }
    return acquisition.values(
      at: try encoder.inputs(candidates.map(\.point)),
      known: Matrix(
        rows: candidates.count, columns: objectives.count,
        values: candidates.flatMap { objectives.values($0.costs) }))
  }

  private func fresh(_ point: SearchPoint) -> Candidate? {
    guard let candidate = space.feasibleCandidate(at: point) else { return nil }
    return used.contains(candidate.configuration.identity) ? nil : candidate
  }
}
