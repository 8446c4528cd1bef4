import Foundation
public import LinearAlgebra

/// Draws from a smooth density by Hamiltonian trajectories that stop before they turn back.
///
/// Multinomial sampling along each trajectory, the generalised turning criterion with its checks
/// across subtrees, dual averaging of the step size and a dense metric adapted in windows
/// (`WarmUpSchedule`). Everything is a function of the key.
///
/// Reference: Hoffman and Gelman, JMLR 15, 2014; Betancourt, "A conceptual introduction to
/// Hamiltonian Monte Carlo", arXiv 1701.02434, appendix A; Stan's sampler of the same kind.
public struct NoUTurnSampler: Sendable {
  /// Iterations that adapt and are thrown away.
  public let warmUp: Int
  /// Draws that are kept.
  public let samples: Int
  /// At most 2^depth − 1 leapfrog steps in a trajectory.
  public let maximumDepth: Int
  /// δ, the wanted mean acceptance: 0.8, as Stan and NumPyro.
  public let targetAcceptance: Double

  public init(warmUp: Int, samples: Int, maximumDepth: Int = 10, targetAcceptance: Double = 0.8) {
    precondition(
      warmUp >= 0 && samples >= 0 && maximumDepth >= 1 && (0.01..<1).contains(targetAcceptance),
      "NoUTurnSampler: counts must not be negative, the acceptance must lie between 0 and 1")
    self.warmUp = warmUp
    self.samples = samples
    self.maximumDepth = maximumDepth
    self.targetAcceptance = targetAcceptance
  }

  /// One chain.
  ///
  /// - Parameters:
  ///   - start: a place with a finite density.
  ///   - key: decides every draw.
  public func chain(
    of density: any LogDensity, from start: [Double], key: RandomKey
  ) -> MarkovChain {
    precondition(
      start.count == density.dimensions,
      "NoUTurnSampler: \(density.dimensions) numbers expected, the start has \(start.count)")
    let local = density.evaluate(start)
    var place = Trajectory.Place(
      position: start, gradient: local.gradient, logDensity: local.value)
    var metric = Metric(dimensions: start.count)
    var evaluations = 1
    let schedule = WarmUpSchedule(iterations: warmUp)
    var averaging = DualAveraging(
      step: initialStep(density, place, metric, key.derived("step"), &evaluations),
      target: targetAcceptance)
    var window: [[Double]] = []
    var chain = MarkovChain()
    for iteration in 0..<(warmUp + samples) {
      let isWarmUp = iteration < warmUp
      let step = isWarmUp ? averaging.step : averaging.average
      var trajectory = Trajectory(
        density: density, metric: metric, step: step, maximumDepth: maximumDepth,
        source: CounterRandom(key.derived("transition").derived(iteration)))
      let end = trajectory.transition(from: place)
      place = end
      evaluations += trajectory.evaluations
      guard isWarmUp else {
        chain.add(place, trajectory)
        continue
      }
      averaging.observe(acceptance: trajectory.acceptance)
      if iteration >= schedule.start { window.append(place.position) }
      if schedule.ends.contains(iteration + 1) {
        if let learned = Metric(draws: window) { metric = learned }
        window = []
        averaging = DualAveraging(
          step: initialStep(
            density, place, metric, key.derived("step").derived(iteration), &evaluations),
          target: targetAcceptance)
      }
    }
    chain.finish(step: averaging.average, evaluations: evaluations)
    return chain
  }

  /// The step size at which one leapfrog step has the wanted acceptance, found by doubling or
  /// halving.
  private func initialStep(
    _ density: any LogDensity, _ place: Trajectory.Place, _ metric: Metric, _ key: RandomKey,
    _ evaluations: inout Int
  ) -> Double {
    var source = CounterRandom(key)
    var step = 0.1
    var direction = 0
    for _ in 0..<60 {
      let momentum = metric.momentum(using: &source)
      let before = place.logDensity - Trajectory.kinetic(momentum, metric)
      let (end, moved) = Trajectory.leapfrog(place, momentum, step, density, metric)
      evaluations += 1
      let gain = end.logDensity - Trajectory.kinetic(moved, metric) - before
      let isHigh = gain > log(targetAcceptance)
      let wanted = isHigh ? 1 : -1
      if direction == 0 { direction = wanted }
      guard wanted == direction else { break }
      step *= direction > 0 ? 2 : 0.5
    }
    return step
  }
}
