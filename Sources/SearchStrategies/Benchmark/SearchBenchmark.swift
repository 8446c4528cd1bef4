import Foundation
import GaussianProcesses
public import SearchSpaces

/// Compares strategies without training: hypervolume by trials on `LayerEffectsProblem`.
///
/// The strategy is asked for `batch` proposals at a time, learns their noisy scores, and is judged by
/// the noise-free hypervolume of all that it has tried, as a share of the best possible one. The
/// hypervolume is that of the score above 0.5 times the parameters below 26 % of the backbone.
public struct SearchBenchmark: Sendable {
  /// One strategy on one seed.
  public struct Run: Codable, Sendable {
    public let strategy: String
    public let seed: UInt64
    /// Numbers of trials.
    public let marks: [Int]
    /// The share of the best hypervolume that was reached by then.
    public let hypervolume: [Double]
    /// Processor time of all proposals, in seconds.
    public let seconds: Double
    /// How often a layer was active on the final front of measured scores, by layer.
    public let layerShares: [Double]
    /// The layer effects of the problem.
    public let layerEffects: [Double]

    /// The head of `lines`.
    public static let header = "strategy,seed,trials,hypervolume,seconds"

    /// A line of comma-separated values for each mark.
    public var lines: String {
      zip(marks, hypervolume).map { mark, volume in
        "\(strategy),\(seed),\(mark),"
          + String(format: "%.6f,%.2f", volume, seconds)
      }.joined(separator: "\n")
    }
  }

  private let space: SearchSpace
  private let trials: Int
  private let batch: Int

  /// - Parameters:
  ///   - space: AutoPEFT's, on a backbone of any number of layers.
  ///   - trials: a positive number.
  public init(space: SearchSpace, trials: Int = 200, batch: Int = 4) {
    precondition(trials > 0 && batch > 0, "SearchBenchmark: trials and batch must be positive")
    self.space = space
    self.trials = trials
    self.batch = batch
  }

  /// - Parameters:
  ///   - name: of the strategy in the registry.
  ///   - settings: of the strategy.
  ///   - label: what the run is called; the name where nil.
  /// - Throws: `StrategyError`.
  public func run(
    _ name: String, settings: [String: ParameterValue] = [:], label: String? = nil, seed: UInt64
  ) throws(StrategyError) -> Run {
    let problem = LayerEffectsProblem(seed: seed, backbone: space.backbone)
    let strategy = try StrategyRegistry.make(
      name, space: space, seed: seed, settings: settings, plannedTrials: trials)
    let reference = [
      LayerEffectsProblem.reference.score,
      -LayerEffectsProblem.reference.share * Double(space.backbone.parameterCount),
    ]
    let best = ParetoFront(problem.bestPoints()).hypervolume(reference: reference)
    var history: [Trial] = []
    var shapes: [LayerEffectsProblem.Shape] = []
    var seconds = 0.0
    while history.count < trials {
      let start = Self.processorSeconds
      let proposals = try strategy.ask(
        count: min(batch, trials - history.count), history: history)
      seconds += Self.processorSeconds - start
      guard !proposals.isEmpty else { break }
      for proposal in proposals {
        let shape = LayerEffectsProblem.shape(of: proposal.candidate.configuration)
        shapes.append(shape)
        history.append(
          Trial(
            number: history.count + 1, state: .complete, origin: proposal.origin,
            point: proposal.candidate.point, configuration: proposal.candidate.configuration,
            costs: proposal.candidate.costs, score: problem.measured(shape)))
      }
    }
    let marks = Array(stride(from: min(10, trials), through: trials, by: 10))
    let volumes = marks.map { mark in
      ParetoFront(shapes.prefix(mark).map(problem.objectives)).hypervolume(reference: reference)
        / best
    }
    let front = ParetoFront(
      shapes.map { [problem.measured($0), -Double(problem.parameters($0))] }
    ).indices
    let shares = problem.effects.indices.map { layer in
      Double(front.count { shapes[$0].active[layer] }) / Double(front.count)
    }
    return Run(
      strategy: label ?? name, seed: seed, marks: marks, hypervolume: volumes, seconds: seconds,
      layerShares: shares, layerEffects: problem.effects)
  }

  /// Processor time of the calling thread.
  private static var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}
