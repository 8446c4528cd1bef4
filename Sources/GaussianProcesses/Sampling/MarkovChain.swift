/// The draws of one chain, and how it went.
public struct MarkovChain: Sendable {
  /// [samples][dimensions].
  public private(set) var draws: [[Double]] = []
  public private(set) var logDensities: [Double] = []
  /// Trajectories that ended because the energy was no longer conserved.
  public private(set) var divergences = 0
  /// The depth of each trajectory's tree.
  public private(set) var depths: [Int] = []
  /// The mean acceptance of the draws kept.
  public private(set) var acceptance = 0.0
  /// The step size of the draws kept.
  public private(set) var step = 0.0
  /// Gradients computed, warm-up included.
  public private(set) var evaluations = 0

  init() {}

  mutating func add(_ place: Trajectory.Place, _ trajectory: Trajectory) {
    draws.append(place.position)
    logDensities.append(place.logDensity)
    depths.append(trajectory.depth)
    if trajectory.isDivergent { divergences += 1 }
    acceptance += trajectory.acceptance
  }

  mutating func finish(step: Double, evaluations: Int) {
    self.step = step
    self.evaluations = evaluations
    acceptance /= Double(max(draws.count, 1))
  }
}
