import GaussianProcesses
import LinearAlgebra
import SearchSpaces

/// Finds the candidate with the highest acquisition value that nobody has tried.
///
/// Small spaces are searched completely. Others by climbing from several starts: the best of a fresh
/// Sobol pool, and the best points in a trust region of up to four random moves around the best
/// points tried, all their neighbours included. A climb alternates between two
/// moves until neither improves: all ordered inputs at once, relaxed to the unit interval, by
/// L-BFGS (then rounded to the space), and the best single change of one decision
/// (`SearchSpace.neighbours`). Only candidates are ever moved to, so limits and constraints hold
/// exactly.
struct AcquisitionSearch {
  let space: SearchSpace
  let encoder: PointEncoder
  let acquisition: any AcquisitionFunction
  let objectives: KnownObjectives
  /// Identities of all configurations tried or pending.
  let used: Set<String>
  /// How many climbs, half from the pool and half from the neighbours of the best.
  let climbs: Int
  /// The stream of this proposal.
  let key: RandomKey

  /// A candidate and its acquisition value.
  struct Find {
    let candidate: Candidate
    let value: Double
  }

  /// Candidates drawn for the pool, and the draws spent on them at most (where few are feasible).
  static let poolSize = 256
  static let poolDraws = 2048
  /// Points tried whose neighbours are considered as starts.
  static let parents = 4
  /// Points tried from which random walks start, the number of walks, and their longest.
  static let walkParents = 16
  static let walks = 64
  static let walkLength = 4
  /// Changes of one decision in one climb; climbs end earlier as a rule.
  static let maximumSteps = 40
  /// Smallest gain that counts as one: differences below are rounding.
  static let gain = 1e-9

  /// The best of all candidates of a listed space.
  func best(of listing: Listing) throws(StrategyError) -> Find? {
    var values: [Double] = []
    values.reserveCapacity(listing.points.count)
    for (chunk, known) in zip(listing.chunks, listing.known) {
      values += acquisition.values(at: chunk, known: known)
    }
    for index in Self.descending(values) {
      if let candidate = fresh(listing.points[index]) {
        return Find(candidate: candidate, value: values[index])
      }
    }
    return nil
  }

  /// The best end of all climbs; nil where no start was found.
  ///
  /// - Parameter tried: points tried, the most promising first.
  func best(near tried: [SearchPoint]) throws(StrategyError) -> Find? {
    let half = max(climbs / 2, 1)
    var starts = try top(half, of: pool())
    var around: [SearchPoint] = []
    for parent in tried.prefix(Self.parents) { around += space.neighbours(of: parent) }
    around += walks(from: Array(tried.prefix(Self.walkParents)))
    starts += try top(half, of: around)
    var visited: Set<SearchPoint> = []
    var best: Find?
    for start in starts {
      let end = try climb(from: start, &visited)
      if end.value > (best?.value ?? -.infinity) { best = end }
    }
    return best
  }

  /// The ends of short random walks.
  private func walks(from parents: [SearchPoint]) -> [SearchPoint] {
    guard !parents.isEmpty else { return [] }
    let move = RandomMove(space: space)
    var source = CounterRandom(key.derived("walks"))
    return (0..<Self.walks).map { _ in
      var point = parents[source.integer(below: parents.count)]
      for _ in 0..<(1 + source.integer(below: Self.walkLength)) {
        point = move.point(from: point, using: &source) ?? point
      }
      return point
    }
  }

  /// The acquisition value of each point; −∞ where its costs are needed and it is no candidate.
  private func values(_ points: [SearchPoint]) throws(StrategyError) -> [Double] {
    guard objectives.count > 0 else {
      return acquisition.values(
        at: try encoder.inputs(points), known: Matrix(rows: points.count, columns: 0))
    }
    let candidates = points.map { space.feasibleCandidate(at: $0) }
    let feasible = candidates.compactMap { $0 }
    let known = Matrix(
      rows: feasible.count, columns: objectives.count,
      values: feasible.flatMap { objectives.values($0.costs) })
    let found = acquisition.values(at: try encoder.inputs(feasible.map(\.point)), known: known)
    var values = Array(repeating: -Double.infinity, count: points.count)
    var place = 0
    for index in candidates.indices where candidates[index] != nil {
      values[index] = found[place]
      place += 1
    }
    return values
  }

  /// Points for this proposal alone, spread over the space.
  private func pool() -> [SearchPoint] {
    let dimensions = min(space.dimensions.count, SobolSequence.maximumDimensions)
    let sequence = SobolSequence(dimensions: dimensions, scrambledBy: key.derived("pool"))
    var source = CounterRandom(key.derived("further dimensions"))
    var points: [SearchPoint] = []
    for index in 0..<Self.poolDraws where points.count < Self.poolSize {
      var unit = sequence[index]
      while unit.count < space.dimensions.count { unit.append(source.uniform()) }
      if let candidate = space.feasibleCandidate(at: space.point(fromUnit: unit)) {
        points.append(candidate.point)
      }
    }
    return points
  }

  /// The untried candidates with the highest values among some points.
  private func top(_ count: Int, of points: [SearchPoint]) throws(StrategyError) -> [Find] {
    let values = try self.values(points)
    var seen: Set<SearchPoint> = []
    var finds: [Find] = []
    for index in Self.descending(values) where finds.count < count {
      guard seen.insert(points[index]).inserted, let candidate = fresh(points[index]) else {
        continue
      }
      finds.append(Find(candidate: candidate, value: values[index]))
    }
    return finds
  }

  /// Climbs until neither move improves, or until an earlier climb's path is met.
  private func climb(
    from start: Find, _ visited: inout Set<SearchPoint>
  ) throws(StrategyError) -> Find {
    var current = start
    var isRelaxed = false
    for _ in 0..<Self.maximumSteps {
      guard visited.insert(current.candidate.point).inserted else { break }
      if !isRelaxed, let better = try relaxed(current) {
        current = better
        isRelaxed = true
        continue
      }
      guard let better = try neighbour(current) else { break }
      current = better
      isRelaxed = false
    }
    return current
  }

  /// The best single change that improves.
  private func neighbour(_ current: Find) throws(StrategyError) -> Find? {
    let points = space.neighbours(of: current.candidate.point)
    let values = try self.values(points)
    for index in Self.descending(values) {
      guard values[index] > current.value + Self.gain else { return nil }
      if let candidate = fresh(points[index]) {
        return Find(candidate: candidate, value: values[index])
      }
    }
    return nil
  }

  /// The relaxed climb over all ordered inputs, rounded; half and a quarter of the way where the
  /// whole way leads out of the limits or does not survive rounding.
  private func relaxed(_ current: Find) throws(StrategyError) -> Find? {
    let origin = encoder.encoded(current.candidate.point)
    let ascent = RelaxedAscent(acquisition)
    let goal: [Double]
    do throws(GaussianProcessError) {
      goal = try ascent.climb(
        from: origin.values, isActive: origin.isActive, kinds: encoder.kinds,
        held: encoder.given, known: objectives.values(current.candidate.costs)
      ).values
    } catch {
      throw .surrogate(reason: error.description)
    }
    for share in [1, 0.5, 0.25] {
      var values = origin.values
      for index in values.indices { values[index] += share * (goal[index] - values[index]) }
      let point = encoder.decoded(EncodedPoint(values: values, isActive: origin.isActive))
      guard point != current.candidate.point, let candidate = fresh(point) else { continue }
      let value = try self.values([candidate.point])[0]
      if value > current.value + Self.gain { return Find(candidate: candidate, value: value) }
    }
    return nil
  }

  /// The candidate at a point that breaks no limit and that nobody has tried.
  private func fresh(_ point: SearchPoint) -> Candidate? {
    guard let candidate = space.feasibleCandidate(at: point) else { return nil }
    return used.contains(candidate.configuration.identity) ? nil : candidate
  }

  /// Indices by descending value; equal values in their order.
  private static func descending(_ values: [Double]) -> [Int] {
    values.indices.sorted { (-values[$0], $0) < (-values[$1], $1) }
  }
}
