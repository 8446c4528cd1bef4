import Foundation
import GaussianProcesses
import LinearAlgebra
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

  /// An earlier run that the strategy learns from.
  public struct Earlier: Sendable {
    public let problem: RelatedProblem
    /// Trials of the earlier run: a space-filling design.
    public let trials: Int

    public init(_ problem: RelatedProblem, trials: Int) {
      precondition(trials > 0, "SearchBenchmark.Earlier: at least one trial is needed")
      self.problem = problem
      self.trials = trials
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
  ///   - earlier: an earlier run to learn from, on another task.
  /// - Throws: `StrategyError`.
  public func run(
    _ name: String, settings: [String: ParameterValue] = [:], label: String? = nil, seed: UInt64,
    earlier: Earlier? = nil
  ) throws(StrategyError) -> Run {
    let problem = LayerEffectsProblem(seed: seed, backbone: space.backbone)
    let strategy = try StrategyRegistry.make(
      name, space: space, seed: seed, settings: settings, plannedTrials: trials,
      earlier: try earlierRuns(earlier, problem, seed: seed))
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

  private func earlierRuns(
    _ earlier: Earlier?, _ problem: LayerEffectsProblem, seed: UInt64
  ) throws(StrategyError) -> [EarlierRun] {
    guard let earlier else { return [] }
    let score = earlier.problem.score(problem, seed: seed)
    let design = try StrategyRegistry.make(
      "random", space: space, seed: RandomKey(seed: seed).derived("earlier run").bits)
    let trials = try design.ask(count: earlier.trials, history: []).enumerated().map {
      index, proposal in
      let configuration = proposal.candidate.configuration
      return Trial(
        number: index + 1, state: .complete, origin: proposal.origin,
        point: proposal.candidate.point, configuration: configuration,
        costs: proposal.candidate.costs,
        score: score(LayerEffectsProblem.shape(of: configuration)))
    }
    return [EarlierRun(name: earlier.problem.rawValue, trials: trials, space: space)]
  }

  /// Processor time of the calling thread.
  private static var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}
