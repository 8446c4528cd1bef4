import Foundation
public import LinearAlgebra

/// Draws of the hyper-parameters from the SAAS posterior, by the No-U-Turn sampler.
///
/// Each chain starts at the end of a short climb of the posterior from its own draw near the priors'
/// centre, so that few warm-up iterations are lost on the way to the bulk.
///
/// Reference: see `SaasDensity`; AutoPEFT keeps 16 of 64 draws after 128 of warm-up, with trees of
/// depth 6.
public struct SaasFit: Sendable {
  /// How many draws, and how they are made.
  public struct Plan: Sendable, Equatable {
    public var warmUp: Int
    public var samples: Int
    /// Every so many draws one is kept.
    public var thinning: Int
    public var chains: Int
    public var maximumDepth: Int

    /// The defaults are AutoPEFT's.
    public init(
      warmUp: Int = 128, samples: Int = 64, thinning: Int = 4, chains: Int = 1,
      maximumDepth: Int = 6
    ) {
      precondition(
        samples >= 1 && (1...samples).contains(thinning) && chains >= 1,
        "SaasFit.Plan: at least one draw of one chain must be kept")
      self.warmUp = warmUp
      self.samples = samples
      self.thinning = thinning
      self.chains = chains
      self.maximumDepth = maximumDepth
    }
  }

  /// How far the draws are to be trusted.
  public struct Report: Sendable, Equatable {
    /// The largest split R̂ over all parameters; nil for fewer than four draws a chain.
    public let rHat: Double?
    /// The smallest effective number of draws over all parameters.
    public let effectiveSamples: Double?
    public let divergences: Int
    /// Gradients of the posterior.
    public let evaluations: Int
  }

  /// The draws kept, chain by chain.
  public let hyperparameters: [Hyperparameters]
  /// All draws, for diagnosis.
  public let chains: [MarkovChain]
  public let report: Report

  /// - Throws: `GaussianProcessError` for unusable data, or when no start has a finite density.
  public init(
    inputs: EncodedInputs, targets: [Double], plan: Plan = Plan(), key: RandomKey
  ) throws(GaussianProcessError) {
    let density = try SaasDensity(inputs: inputs, targets: targets)
    let sampler = NoUTurnSampler(
      warmUp: plan.warmUp, samples: plan.samples, maximumDepth: plan.maximumDepth)
    var chains: [MarkovChain] = []
    for chain in 0..<plan.chains {
      let own = key.derived("chain").derived(chain)
      let start = try Self.start(density, key: own)
      chains.append(sampler.chain(of: density, from: start, key: own))
    }
    self.chains = chains
    hyperparameters = chains.flatMap { chain in
      stride(from: plan.thinning - 1, to: chain.draws.count, by: plan.thinning).map {
        SaasDensity.hyperparameters(at: chain.draws[$0])
      }
    }
    report = Self.report(chains, dimensions: density.dimensions)
  }

  private static func report(_ chains: [MarkovChain], dimensions: Int) -> Report {
    let quantities = (0..<dimensions).map { index in
      chains.map { $0.draws.map { $0[index] } }
    }
    return Report(
      rHat: quantities.compactMap(ChainDiagnostics.splitRHat).max(),
      effectiveSamples: quantities.compactMap(ChainDiagnostics.effectiveSampleSize).min(),
      divergences: chains.reduce(0) { $0 + $1.divergences },
      evaluations: chains.reduce(0) { $0 + $1.evaluations })
  }

  /// Attempts at a start with a finite density.
  private static let attempts = 10

  /// A place in the bulk: a draw about s² = 1, mean 0, σ² = 0.1, τ² = 0.1, λ = 1, and 30 steps
  /// uphill.
  private static func start(
    _ density: SaasDensity, key: RandomKey
  ) throws(GaussianProcessError) -> [Double] {
    let centre = [0, 0, log(0.1), log(0.1)] + Array(repeating: 0.0, count: density.dimensions - 4)
    for attempt in 0..<attempts {
      var source = CounterRandom(key.derived("start").derived(attempt))
      let drawn = centre.map { $0 + 0.5 * source.normal() }
      let optimizer = NonlinearOptimizer(
        .lbfgs, lower: drawn.map { $0 - 8 }, upper: drawn.map { $0 + 8 }, valueTolerance: 1e-4,
        pointTolerance: 1e-3, maximumEvaluations: 30)
      let end = optimizer.maximize(from: drawn) { place, gradient in
        let local = density.evaluate(place)
        gradient = local.gradient
        return local.value
      }
      if end.value.isFinite { return end.point }
    }
    throw .fitFailed(starts: attempts)
  }
}
