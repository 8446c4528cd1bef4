import Foundation
import GaussianProcesses
import LinearAlgebra
import SearchSpaces
import Statistics
import Synchronization

/// Brings the trials of earlier runs into a surrogate, each with the weight that this run's own
/// trials have shown it to deserve.
///
/// An earlier run's scores enter the Gaussian process as scores of another function, correlated with
/// the searched one by ρ (`RelatedTask`). ρ is measured, not believed: a Gaussian process fitted to
/// the earlier run alone predicts the own finished trials, r is Spearman's correlation of prediction
/// and score over n ≥ 5 of them, and
///
///     ρ = max(0, tanh(artanh(2 sin(π r / 6)) − √(1.06 / (n − 3)))), at most 0.95:
///
/// the correlation of normal variables with this rank correlation, one standard error below the
/// estimate. So an unrelated run counts for nothing in five cases of six and for little in the sixth,
/// and as own trials come in, they decide. Noise in the own scores lowers r, which errs on the safe
/// side; at 0.95 a tenth of the variance is still the earlier run's own.
///
/// Scores are brought to this run's scale by its transform and moved so that the predictions at the
/// own points have the mean of the own targets: earlier scores that were sought for have another mean
/// than a space-filling design.
///
/// Reference: Swersky, Snoek, Adams, NIPS 2013 (the model); Feurer, Letham, Bakshy, "Scalable
/// meta-learning for Bayesian optimization using ranking-weighted Gaussian process ensembles",
/// arXiv 1802.02219 (weights by how a source's model ranks the target's trials, and why dilution
/// must be prevented); Bonett and Wright, Psychometrika 65, 2000 (the standard error of artanh r).
struct WarmStart: Sendable {
  let runs: [EarlierRun]
  private let encoder: PointEncoder
  private let transform: OutputTransform
  private let seed: UInt64
  private let models = EarlierModels()

  /// Own trials below which nothing can be said of the agreement.
  static let fewestCompared = 5
  static let largestWeight = 0.95
  /// Trials of one earlier run that the surrogate is told at most.
  static let pointLimit = 100
  /// A weight from which the initial design may end early.
  static let clearWeight = 0.5

  init(_ runs: [EarlierRun], encoder: PointEncoder, transform: OutputTransform, seed: UInt64) {
    self.runs = runs
    self.encoder = encoder
    self.transform = transform
    self.seed = seed
  }

  /// Scores of one earlier run on this run's scale.
  struct Contribution {
    let points: [SearchPoint]
    let inputs: EncodedInputs
    let targets: [Double]
  }

  /// What the surrogate of a history is told beside its own trials; runs of weight 0 are left out.
  ///
  /// - Parameter targets: the transformed scores of the observed trials.
  func contributions(
    _ view: HistoryView, targets: [Double]
  ) throws(StrategyError) -> [Contribution] {
    var found: [Contribution] = []
    let mean = targets.reduce(0, +) / Double(max(targets.count, 1))
    for (index, run) in runs.enumerated() {
      let (agreement, predictions) = try agreement(run, index, view)
      guard agreement.weight > 0 else { continue }
      let model = try model(run, index)
      let shift = mean - predictions.reduce(0, +) / Double(predictions.count)
      found.append(
        Contribution(
          points: model.points,
          inputs: try encoder.inputs(
            model.points, task: RelatedTask(index + 1, correlation: agreement.weight)),
          targets: model.targets.map { $0 + shift }))
    }
    return found
  }

  func agreements(_ view: HistoryView) throws(StrategyError) -> [EarlierAgreement] {
    var found: [EarlierAgreement] = []
    for (index, run) in runs.enumerated() { found.append(try agreement(run, index, view).0) }
    return found
  }

  /// Whether some earlier run agrees so clearly that the initial design may end early.
  func isClear(_ view: HistoryView) throws(StrategyError) -> Bool {
    try agreements(view).contains { $0.weight >= Self.clearWeight }
  }

  /// ρ for a rank correlation over some trials.
  static func weight(rankCorrelation: Double, count: Int) -> Double {
    guard count >= fewestCompared else { return 0 }
    let correlation = min(2 * sin(Double.pi * rankCorrelation / 6), 1 - 1e-9)
    let lower = tanh(atanh(max(correlation, -1 + 1e-9)) - (1.06 / Double(count - 3)).squareRoot())
    return min(max(0, lower), largestWeight)
  }

  private func agreement(
    _ run: EarlierRun, _ index: Int, _ view: HistoryView
  ) throws(StrategyError) -> (EarlierAgreement, predictions: [Double]) {
    let count = view.observed.count
    var predictions: [Double] = []
    var correlation: Double?
    if count >= Self.fewestCompared {
      predictions = try model(run, index).process.means(
        at: encoder.inputs(view.observed.map(\.point)))
      correlation = RankCorrelation.spearman(predictions, view.observed.map(\.score))
    }
    return (
      EarlierAgreement(
        run: run.name, taken: run.observations.count, dropped: run.dropped, compared: count,
        rankCorrelation: correlation,
        weight: correlation.map { Self.weight(rankCorrelation: $0, count: count) } ?? 0),
      predictions
    )
  }

  private func model(_ run: EarlierRun, _ index: Int) throws(StrategyError) -> EarlierModel {
    try models.model(index) { () throws(StrategyError) in
      try EarlierModel(
        run, encoder: encoder, transform: transform,
        key: RandomKey(seed: seed).derived("earlier run").derived(index))
    }
  }
}

/// A Gaussian process of one earlier run alone.
private struct EarlierModel: Sendable {
  let points: [SearchPoint]
  let targets: [Double]
  let process: GaussianProcess

  /// Of more trials than the limit, half are the best and half are drawn from the others.
  init(
    _ run: EarlierRun, encoder: PointEncoder, transform: OutputTransform, key: RandomKey
  ) throws(StrategyError) {
    let scores = run.observations.map(\.score)
    var chosen = Array(scores.indices)
    if chosen.count > WarmStart.pointLimit {
      let order = chosen.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
      var source = CounterRandom(key.derived("trials"))
      let best = order.prefix(WarmStart.pointLimit / 2)
      let others = source.shuffled(order.dropFirst(best.count).sorted())
      chosen = (best + others.prefix(WarmStart.pointLimit - best.count)).sorted()
    }
    points = chosen.map { run.observations[$0].point }
    let inputs = try encoder.inputs(points)
    do throws(GaussianProcessError) {
      let map = try transform.fitted(to: scores)
      targets = chosen.map { map(scores[$0]) }
      process = try GaussianProcess(
        inputs: inputs, targets: targets,
        hyperparameters: try HyperparameterFit(
          inputs: inputs, targets: targets,
          priors: HyperparameterPriors(dimensions: inputs.dimensions), key: key
        ).hyperparameters)
    } catch {
      throw .surrogate(reason: error.description)
    }
  }
}

/// The models of earlier runs; a memory of pure values, which changes no answer.
private final class EarlierModels: Sendable {
  private let known = Mutex<[Int: EarlierModel]>([:])

  func model(
    _ index: Int, otherwise make: () throws(StrategyError) -> EarlierModel
  ) throws(StrategyError) -> EarlierModel {
    if let found = known.withLock({ $0[index] }) { return found }
    let made = try make()
    known.withLock { $0[index] = made }
    return made
  }
}
