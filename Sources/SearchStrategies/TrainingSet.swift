import GaussianProcesses
import LinearAlgebra
import SearchSpaces

/// What a surrogate is told: encoded points with transformed scores.
///
/// Own trials come first, then those of earlier runs (`WarmStart`), which are no contenders. Failed
/// trials enter with the worst score. Of more points than the model can carry, half are the
/// best finished ones by the order of merit and half are drawn from the others, so that it keeps both the front
/// and the rest of the space in view.
struct TrainingSet: Sendable, Equatable {
  let points: [SearchPoint]
  let inputs: EncodedInputs
  /// Transformed scores.
  let targets: [Double]
  /// The known objectives of each point; nil for failed trials and those of earlier runs, which are
  /// no contenders.
  let known: [[Double]?]
  let hasKnownObjectives: Bool

  /// - Parameters:
  ///   - view: at least one finished trial with a point.
  ///   - seed: decides which points are drawn where there are too many.
  ///   - warmStart: what earlier runs add.
  init(
    _ view: HistoryView, encoder: PointEncoder, objectives: KnownObjectives,
    transform: OutputTransform, limit: Int, seed: UInt64, warmStart: WarmStart? = nil
  ) throws(StrategyError) {
    let scores = view.observed.map(\.score)
    let transformed: [Double]
    do throws(GaussianProcessError) {
      transformed = scores.map(try transform.fitted(to: scores))
    } catch {
      throw .surrogate(reason: error.description)
    }
    let worst = transformed.min() ?? 0
    let allPoints = view.observed.map(\.point) + view.failed.map(\.point)
    let allRungs = view.observed.map(\.rung) + view.failed.map(\.rung)
    let allTargets = transformed + view.failed.map { _ in worst }
    let allKnown: [[Double]?] =
      view.observed.map { objectives.values($0.costs) } + view.failed.map { _ in nil }
    let chosen = Self.chosen(
      objectives.points(view.observed), of: allPoints.count, limit: limit, seed: seed)
    let earlier = try warmStart?.contributions(view, targets: transformed) ?? []
    let own = chosen.map { allPoints[$0] }
    points = own + earlier.flatMap(\.points)
    targets = chosen.map { allTargets[$0] } + earlier.flatMap(\.targets)
    known = chosen.map { allKnown[$0] } + earlier.flatMap { $0.points.map { _ in nil } }
    inputs = earlier.reduce(try encoder.inputs(own, rungs: chosen.map { allRungs[$0] })) {
      $0.appending($1.inputs)
    }
    hasKnownObjectives = objectives.count > 0
  }

  /// - Parameter merits: of the finished trials, which come first.
  private static func chosen(
    _ merits: [[Double]], of count: Int, limit: Int, seed: UInt64
  ) -> [Int] {
    guard count > limit else { return Array(0..<count) }
    let best = ObjectiveOrder.descending(merits).prefix(limit / 2)
    var source = CounterRandom(RandomKey(seed: seed).derived("training set").derived(count))
    let others = source.shuffled(Array(Set(0..<count).subtracting(best)).sorted())
    return (best + others.prefix(limit - best.count)).sorted()
  }
}
