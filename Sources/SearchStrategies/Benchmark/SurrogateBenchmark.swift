import Foundation
public import GaussianProcesses
import LinearAlgebra

/// How fast the surrogate's hyper-parameters are learned from given data, and how well.
///
/// The data are standardised already. What is measured is the fit alone; the held-out log density is
/// the mean over left-out points of log p(y) under the mixture of all fitted processes, noise included,
/// so that fits of different engines can be compared.
public struct SurrogateBenchmark: Sendable {
  /// How hyper-parameters are learned.
  public enum Model: String, Sendable, CaseIterable {
    /// Maximum a posteriori, as `bayes` does.
    case map
    /// The No-U-Turn sampler, as `saas` and `autopeft` do.
    case saas
  }

  /// Points in the unit cube with their scores.
  public struct Points: Sendable {
    public let inputs: [[Double]]
    public let targets: [Double]

    /// - Parameter inputs: n points of d numbers in [0, 1].
    public init(inputs: [[Double]], targets: [Double]) {
      precondition(
        inputs.count == targets.count,
        "SurrogateBenchmark: \(inputs.count) points and "
          + "\(targets.count) scores")
      self.inputs = inputs
      self.targets = targets
    }
  }

  /// What a fit has given.
  public struct Result: Codable, Sendable {
    public let model: String
    public let points: Int
    public let dimensions: Int
    /// Processor time of the fit, in seconds.
    public let seconds: Double
    public let heldOutLogDensity: Double
    /// log p(y | θ) at the end of a fit of maximum a posteriori; nil for draws.
    public let logMarginalLikelihood: Double?
    /// All draws of the sampler at the unconstrained place of `SaasDensity`, chain by chain.
    public let draws: [[[Double]]]?
    public let divergences: Int?
    /// Gradients of the posterior that the sampler took.
    public let evaluations: Int?
  }

  private let training: Points
  private let heldOut: Points
  private let kinds: [InputKind]

  /// - Parameters:
  ///   - training: at least one point.
  ///   - heldOut: of the same number of dimensions; at least one point.
  public init(training: Points, heldOut: Points) {
    precondition(
      !training.inputs.isEmpty && !heldOut.inputs.isEmpty,
      "SurrogateBenchmark: points to learn from and points to predict are needed")
    self.training = training
    self.heldOut = heldOut
    kinds = training.inputs[0].map { _ in .ordered }
  }

  /// Fits the model once.
  ///
  /// - Parameters:
  ///   - plan: of the sampler; `map` has none.
  ///   - seed: of the starts and of the draws.
  /// - Throws: `GaussianProcessError`.
  public func run(
    _ model: Model, plan: SaasFit.Plan = SaasFit.Plan(), seed: UInt64
  ) throws -> Result {
    let inputs = try encoded(training.inputs)
    let key = RandomKey(seed: seed)
    let start = ProcessorClock.seconds
    switch model {
    case .map:
      let fit = try HyperparameterFit(
        inputs: inputs, targets: training.targets,
        priors: HyperparameterPriors(dimensions: kinds.count), key: key)
      let seconds = ProcessorClock.seconds - start
      let likelihood = try MarginalLikelihood(inputs: inputs, targets: training.targets)
      return try result(
        model, seconds: seconds, draws: [fit.hyperparameters],
        logMarginalLikelihood: likelihood.evaluate(fit.hyperparameters.logarithmic).value)
    case .saas:
      let fit = try SaasFit(inputs: inputs, targets: training.targets, plan: plan, key: key)
      let seconds = ProcessorClock.seconds - start
      return try result(model, seconds: seconds, draws: fit.hyperparameters, fit: fit)
    }
  }

  private func result(
    _ model: Model, seconds: Double, draws: [Hyperparameters],
    logMarginalLikelihood: Double? = nil, fit: SaasFit? = nil
  ) throws -> Result {
    Result(
      model: model.rawValue, points: training.targets.count, dimensions: kinds.count,
      seconds: seconds, heldOutLogDensity: try heldOutLogDensity(draws),
      logMarginalLikelihood: logMarginalLikelihood, draws: fit?.chains.map(\.draws),
      divergences: fit?.report.divergences, evaluations: fit?.report.evaluations)
  }

  /// Mean over held-out points of log (1/J) Σ_j N(y; μ_j, v_j + σ_j²).
  private func heldOutLogDensity(_ draws: [Hyperparameters]) throws -> Double {
    let inputs = try encoded(training.inputs)
    let queries = try encoded(heldOut.inputs)
    var densities = heldOut.targets.map { _ in [Double]() }
    for draw in draws {
      let process = try GaussianProcess(
        inputs: inputs, targets: training.targets, hyperparameters: draw)
      let posterior = process.posterior(at: queries)
      for (index, target) in heldOut.targets.enumerated() {
        let variance = posterior.variances[index] + draw.noiseVariance
        let difference = target - posterior.means[index]
        densities[index].append(
          -0.5 * (log(2 * Double.pi * variance) + difference * difference / variance))
      }
    }
    let logs = densities.map { values in
      let largest = values.max() ?? 0
      return largest + log(values.reduce(0) { $0 + exp($1 - largest) } / Double(values.count))
    }
    return logs.reduce(0, +) / Double(logs.count)
  }

  private func encoded(_ points: [[Double]]) throws -> EncodedInputs {
    var inputs = EncodedInputs(kinds: kinds)
    for point in points { try inputs.append(point, isActive: point.map { _ in true }) }
    return inputs
  }
}
