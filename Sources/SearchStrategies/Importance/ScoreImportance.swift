import GaussianProcesses
import LinearAlgebra
public import SearchSpaces

/// Which decisions the score depends on, by the functional ANOVA of a surrogate.
///
/// A Gaussian process is fitted to the trials (as `bayes` does, whatever strategy has run), and the
/// variance of its posterior mean under the space's own uniform law is split: the main effect of a
/// decision is the share that its value explains alone, its total share everything that it has a part
/// in, an interaction what two explain together beyond their main effects. Main effects and all
/// interactions add up to 1.
///
/// - Where every decision always exists and none depends on another, shares are exact
///   (`PosteriorVariance`); in all other spaces they come from a fixed quasi-random sample and have a
///   standard error (`SampledVariance`). Decisions that do not exist everywhere also get their main
///   effect in the part of the space where they do.
/// - With several objectives: of the score. Costs are exact and need no model.
/// - Limits and constraints are not looked at, or decisions would not be independent.
///
/// The shares are of what the *model* believes. How far it may be believed says the share of the
/// variance of left-out scores that it explains; where that is below a tenth, or where there is
/// nothing to explain, the importance is inconclusive.
///
/// Reference: Hutter, Hoos, Leyton-Brown, "An efficient approach for assessing hyperparameter
/// importance", ICML 2014.
public struct ScoreImportance: Sendable {
  /// A share of the variance; the error is 0 where the share is exact.
  public struct Share: Sendable, Equatable {
    public let value: Double
    public let error: Double
  }

  /// One decision.
  public struct Decision: Sendable {
    /// Its path in the space.
    public let name: String
    public let main: Share
    public let total: Share
    /// The share of the space in which the decision exists.
    public let presence: Double
    /// The main effect there, as a share of the variance there; nil where that part is too small.
    public let mainWherePresent: Share?
  }

  /// Two decisions.
  public struct Interaction: Sendable {
    public let first: String
    public let second: String
    public let share: Share
  }

  /// Why nothing follows from the shares.
  public enum Doubt: Sendable, Equatable {
    case fewTrials(count: Int, needed: Int)
    /// The posterior mean is the same everywhere.
    case constant
    /// The model predicts left-out scores hardly better than their mean does.
    case unexplained
  }

  /// Fewer points teach no length scale.
  public static let fewestTrials = 8
  /// Points that the model is told at most.
  static let pointLimit = 300

  /// The largest main effect first; empty for too few trials and for a constant.
  public let decisions: [Decision]
  /// The largest first.
  public let interactions: [Interaction]
  /// 1 − Σ (y − ŷ)² / Σ (y − ȳ)² over the trials, ŷ by a process that was fitted without y.
  public let explained: Double?
  public let isExact: Bool
  public let doubt: Doubt?

  /// - Parameters:
  ///   - trials: of a study; those without a point or a result are left out.
  ///   - seed: of the study; decides the starts of the fit and the sample.
  /// - Throws: `StrategyError` for a history that no study writes.
  public init(_ trials: [Trial], space: SearchSpace, seed: UInt64) throws(StrategyError) {
    try self.init(trials, space: space, seed: seed, isExactAllowed: true)
  }

  /// - Parameter isExactAllowed: false samples in every space.
  init(
    _ trials: [Trial], space: SearchSpace, seed: UInt64, isExactAllowed: Bool
  ) throws(StrategyError) {
    let view = try HistoryView(trials, space: space)
    let count = view.observed.count
    guard count >= Self.fewestTrials, !space.dimensions.isEmpty else {
      self.init(doubt: .fewTrials(count: count, needed: Self.fewestTrials))
      return
    }
    let encoder = PointEncoder(space)
    let training = try TrainingSet(
      view, encoder: encoder, objectives: KnownObjectives(space), transform: .standardize,
      limit: Self.pointLimit, seed: seed)
    let process = try Surrogate(training, inference: .maximumAPosteriori, seed: seed).processes[0]
    let names = space.decisions.map(\.path)
    let groups = names.map { name in
      space.dimensions.indices.filter { space.dimensions[$0].hyperparameter == name }
    }
    let split =
      if isExactAllowed, let laws = space.independentLaws {
        Self.exact(process, laws, groups, names)
      } else {
        try Self.sampled(process, encoder, groups, names, seed: seed)
      }
    guard split.variance > Self.smallestVariance,
      let explained = try Self.explained(training, encoder, seed: seed)
    else {
      self.init(doubt: .constant)
      return
    }
    self.init(
      decisions: split.decisions.sorted { ($1.main.value, $0.name) < ($0.main.value, $1.name) },
      interactions: split.interactions.sorted {
        ($1.share.value, $0.first, $0.second) < ($0.share.value, $1.first, $1.second)
      },
      explained: explained, isExact: split.isExact,
      doubt: explained >= Self.leastExplained ? nil : .unexplained)
  }

  /// Of pure noise about nothing is explained, give or take a tenth.
  static let leastExplained = 0.1
  /// Parts of the trials that are predicted in turn from the others.
  static let folds = 5

  /// Of the posterior mean, in units of the scores' variance: below it all is rounding.
  static let smallestVariance = 1e-9

  private init(
    decisions: [Decision] = [], interactions: [Interaction] = [], explained: Double? = nil,
    isExact: Bool = true, doubt: Doubt?
  ) {
    self.decisions = decisions
    self.interactions = interactions
    self.explained = explained
    self.isExact = isExact
    self.doubt = doubt
  }

  /// The share of the variance that cross-validation explains; nil for a constant.
  ///
  /// The hyper-parameters are learned anew without each part: those of the whole have seen the scores
  /// that are to be predicted, and "explain" some of pure noise.
  private static func explained(
    _ training: TrainingSet, _ encoder: PointEncoder, seed: UInt64
  ) throws(StrategyError) -> Double? {
    let targets = training.targets
    let mean = targets.reduce(0, +) / Double(targets.count)
    let whole = targets.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    guard whole > 0 else { return nil }
    let key = RandomKey(seed: seed).derived("folds")
    var source = CounterRandom(key)
    let order = source.shuffled(Array(targets.indices))
    var left = 0.0
    for fold in 0..<folds {
      let held = order.indices.filter { $0 % folds == fold }.map { order[$0] }
      let kept = order.indices.filter { $0 % folds != fold }.map { order[$0] }
      let known = try encoder.inputs(kept.map { training.points[$0] })
      let asked = try encoder.inputs(held.map { training.points[$0] })
      let scores = kept.map { targets[$0] }
      do throws(GaussianProcessError) {
        let hyperparameters = try HyperparameterFit(
          inputs: known, targets: scores,
          priors: HyperparameterPriors(dimensions: known.dimensions), key: key.derived(fold)
        ).hyperparameters
        let process = try GaussianProcess(
          inputs: known, targets: scores, hyperparameters: hyperparameters)
        for (index, expected) in zip(held, process.means(at: asked)) {
          left += (targets[index] - expected) * (targets[index] - expected)
        }
      } catch {
        throw .surrogate(reason: error.description)
      }
    }
    return 1 - left / whole
  }

  /// What either way of splitting gives.
  private struct Split {
    let variance: Double
    let decisions: [Decision]
    let interactions: [Interaction]
    let isExact: Bool
  }

  private static func exact(
    _ process: GaussianProcess, _ laws: [DimensionLaw], _ groups: [[Int]], _ names: [String]
  ) -> Split {
    let split = PosteriorVariance(
      process,
      laws: laws.map { law in
        switch law {
        case .uniform: InputLaw.uniform
        case .levels(let values, let probabilities):
          InputLaw(places: values, weights: probabilities)
        }
      }, groups: groups)
    func share(_ value: Double) -> Share {
      Share(value: split.variance > 0 ? value / split.variance : 0, error: 0)
    }
    return Split(
      variance: split.variance,
      decisions: names.indices.map { index in
        let main = share(split.mains[index])
        return Decision(
          name: names[index], main: main, total: share(split.totals[index]), presence: 1,
          mainWherePresent: main)
      },
      interactions: split.pairs.map { first, second, value in
        Interaction(first: names[first], second: names[second], share: share(value))
      }, isExact: true)
  }

  private static func sampled(
    _ process: GaussianProcess, _ encoder: PointEncoder, _ groups: [[Int]], _ names: [String],
    seed: UInt64
  ) throws(StrategyError) -> Split {
    let split = try SampledVariance(
      groups: groups, key: RandomKey(seed: seed).derived("importance")
    ) { rows throws(StrategyError) in
      let points = rows.map { encoder.space.point(fromUnit: $0) }
      let inputs = try encoder.inputs(points)
      return SampledVariance.Answer(
        values: process.means(at: inputs),
        exists: points.map { point in names.map { point[$0] != nil } })
    }
    func share(_ share: SampledVariance.Share) -> Share {
      Share(value: max(0, share.value), error: share.error)
    }
    return Split(
      variance: split.variance,
      decisions: zip(names, split.effects).map { name, effect in
        Decision(
          name: name, main: share(effect.main), total: share(effect.total),
          presence: effect.presence, mainWherePresent: effect.mainWherePresent.map(share))
      },
      interactions: split.pairs.map { first, second, value in
        Interaction(first: names[first], second: names[second], share: share(value))
      }, isExact: false)
  }
}
