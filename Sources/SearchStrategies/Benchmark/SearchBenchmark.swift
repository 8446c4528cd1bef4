import Foundation
import GaussianProcesses
import LinearAlgebra
public import SearchSpaces

/// Compares strategies without training: hypervolume by trials on `LayerEffectsProblem` or on a table.
///
/// The strategy is asked for `batch` proposals at a time, learns their noisy scores, and is judged by
/// the noise-free hypervolume of all that it has tried, as a share of the best possible one. On the
/// made-up task it is that of the score above 0.5 times the parameters below 26 % of the backbone.
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
    /// The layer effects of the made-up task; none on a table.
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
  private let interval: Int

  /// - Parameters:
  ///   - space: AutoPEFT's, on a backbone of any number of layers.
  ///   - trials: a positive number.
  ///   - batch: proposals asked for at a time, a positive number.
  ///   - interval: after how many trials each the hypervolume is measured, a positive number.
  public init(space: SearchSpace, trials: Int = 200, batch: Int = 4, interval: Int = 10) {
    precondition(
      trials > 0 && batch > 0 && interval > 0,
      "SearchBenchmark: trials, batch and interval must be positive")
    self.space = space
    self.trials = trials
    self.batch = batch
    self.interval = interval
  }

  /// A search of the made-up task with the seed.
  ///
  /// - Parameters:
  ///   - name: of the strategy in the registry.
  ///   - settings: of the strategy.
  ///   - label: what the run is called; the name where nil.
  ///   - earlier: an earlier run to learn from, on another task.
  /// - Throws: `StrategyError`.
  public func run(
    _ name: String, settings: [String: ParameterValue] = [:], label: String? = nil, seed: UInt64,
    earlier: Earlier? = nil
  ) throws -> Run {
    let problem = LayerEffectsProblem(seed: seed, backbone: space.backbone)
    let strategy = try StrategyRegistry.make(
      name, space: space, seed: seed, settings: settings, plannedTrials: trials,
      earlier: try earlierRuns(earlier, problem, seed: seed))
    return try run(
      strategy, on: problem, label: label ?? name, seed: seed, effects: problem.effects)
  }

  /// A search of a task of which every point was trained.
  ///
  /// - Throws: `StrategyError`, or `BenchmarkError` where the table lacks a point.
  public func run(
    _ name: String, on table: TableProblem, settings: [String: ParameterValue] = [:],
    label: String? = nil, seed: UInt64
  ) throws -> Run {
    let strategy = try StrategyRegistry.make(
      name, space: space, seed: seed, settings: settings, plannedTrials: trials)
    return try run(strategy, on: table, label: label ?? name, seed: seed, effects: [])
  }

  private func run(
    _ strategy: any SearchStrategy, on problem: any BenchmarkProblem, label: String, seed: UInt64,
    effects: [Double]
  ) throws -> Run {
    let best = ParetoFront(problem.bestPoints()).hypervolume(reference: problem.reference)
    var history: [Trial] = []
    var tried: [Tried] = []
    var (spent, seconds) = (0.0, 0.0)
    while spent < Double(trials) {
      let start = ProcessorClock.seconds
      let left = (Double(trials) - spent).rounded(.up)
      let proposals = try strategy.ask(count: min(batch, Int(left)), history: history)
      seconds += ProcessorClock.seconds - start
      guard !proposals.isEmpty else { break }
      for proposal in proposals {
        let trial = try trial(proposal, after: history, on: problem)
        spent += Self.share(trial, of: history)
        history.append(trial)
        guard !trial.isPartial else { continue }
        let shape = AutoPEFTShape(of: trial.configuration)
        tried.append(Tried(shape: shape, spent: spent, objectives: try problem.objectives(shape)))
      }
    }
    let marks = Array(stride(from: min(interval, trials), through: trials, by: interval))
    let volumes = marks.map { mark in
      let front = ParetoFront(
        tried.filter { $0.spent < Double(mark) + 1e-9 }.map(\.objectives))
      return front.hypervolume(reference: problem.reference) / best
    }
    return Run(
      strategy: label, seed: seed, marks: marks, hypervolume: volumes, seconds: seconds,
      layerShares: try layerShares(tried.map(\.shape), problem), layerEffects: effects)
  }

  /// A whole training that was made.
  private struct Tried {
    let shape: AutoPEFTShape
    /// Trainings that all trials up to this one have cost.
    let spent: Double
    let objectives: [Double]
  }

  private func trial(
    _ proposal: Proposal, after history: [Trial], on problem: any BenchmarkProblem
  ) throws -> Trial {
    let candidate = proposal.candidate
    var trial = Trial(
      number: history.count + 1, state: .complete, origin: proposal.origin,
      point: candidate.point, configuration: candidate.configuration, costs: candidate.costs,
      fidelity: proposal.fidelity)
    let shape = AutoPEFTShape(of: candidate.configuration)
    trial.score =
      if trial.isPartial, let fidelity = trial.fidelity {
        try problem.measured(shape, epochs: fidelity.epochs)
      } else {
        try problem.measured(shape)
      }
    return trial
  }

  /// The share of a whole training that a trial costs, what it goes on from left out.
  private static func share(_ trial: Trial, of history: [Trial]) -> Double {
    guard let fidelity = trial.fidelity else { return 1 }
    let done = fidelity.continues.flatMap { history[$0 - 1].fidelity?.epochs } ?? 0
    return Double(fidelity.epochs - done) / Double(trial.configuration.training.epochs)
  }

  /// How often each layer is active on the front of measured scores.
  private func layerShares(
    _ shapes: [AutoPEFTShape], _ problem: any BenchmarkProblem
  ) throws -> [Double] {
    let front = ParetoFront(
      try shapes.map {
        [try problem.measured($0), -Double($0.parameters(width: problem.width))]
      }
    ).indices
    return (0..<space.backbone.layers).map { layer in
      Double(front.count { shapes[$0].active[layer] }) / Double(max(front.count, 1))
    }
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
        score: score(AutoPEFTShape(of: configuration)))
    }
    return [EarlierRun(name: earlier.problem.rawValue, trials: trials, space: space)]
  }
}
