import GaussianProcesses
import LinearAlgebra
import SearchSpaces
import Synchronization

/// The model of a history: one Gaussian process, or one for each draw of the hyper-parameters.
///
/// The hyper-parameters depend on the finished and failed trials alone, never on what is pending.
struct Surrogate: Sendable {
  /// How hyper-parameters are learned.
  enum Inference: Sendable, Equatable {
    case maximumAPosteriori
    case saas(SaasFit.Plan)

    /// The most points that the model is told of; n³ work for each gradient sets it.
    var pointLimit: Int {
      switch self {
      case .maximumAPosteriori: 600
      case .saas: 300
      }
    }
  }

  let training: TrainingSet
  let processes: [GaussianProcess]
  /// How the Markov chains went; nil where the hyper-parameters were maximised.
  let fit: FitDiagnostics?

  /// - Parameter seed: of the study; fits are keyed by it and the number of observations.
  init(
    _ training: TrainingSet, inference: Inference, seed: UInt64
  ) throws(StrategyError) {
    self.training = training
    let key = RandomKey(seed: seed).derived("surrogate").derived(training.targets.count)
    do throws(GaussianProcessError) {
      let draws: [Hyperparameters]
      switch inference {
      case .maximumAPosteriori:
        fit = nil
        draws = [
          try HyperparameterFit(
            inputs: training.inputs, targets: training.targets,
            priors: HyperparameterPriors(dimensions: training.inputs.dimensions), key: key
          ).hyperparameters
        ]
      case .saas(let plan):
        let found = try SaasFit(
          inputs: training.inputs, targets: training.targets, plan: plan, key: key)
        draws = found.hyperparameters
        fit = FitDiagnostics(found)
      }
      var processes: [GaussianProcess] = []
      for draw in draws {
        processes.append(
          try GaussianProcess(
            inputs: training.inputs, targets: training.targets, hyperparameters: draw))
      }
      self.processes = processes
    } catch {
      throw .surrogate(reason: error.description)
    }
  }

  /// Draws of the baseline for each process: 64 for one, never below 8.
  private var samples: Int {
    max(LogNoisyExpectedHypervolumeImprovement.defaultSamples * 2 / (processes.count + 1), 8)
  }

  /// What a further trial is worth while some are pending.
  ///
  /// With costs among the objectives, log NEHVI over the front of scores and exact costs; else log EI
  /// over the best posterior mean, where pending trials are believed to give what is expected.
  func acquisition(
    pending: EncodedInputs, pendingKnown: [[Double]], key: RandomKey
  ) throws(StrategyError) -> any AcquisitionFunction {
    var members: [any AcquisitionFunction] = []
    do throws(GaussianProcessError) {
      for (index, process) in processes.enumerated() {
        guard training.hasKnownObjectives else {
          let believing = try process.believing(at: pending)
          members.append(
            LogExpectedImprovement(
              model: believing, incumbent: LogExpectedImprovement.incumbent(of: believing)))
          continue
        }
        members.append(
          try LogNoisyExpectedHypervolumeImprovement(
            model: process,
            baseline: .init(pending: pending, known: training.known + pendingKnown.map { $0 }),
            reference: reference, samples: samples, key: key.derived(index)))
      }
    } catch {
      throw .surrogate(reason: error.description)
    }
    return members.count == 1 ? members[0] : AveragedAcquisition(members)
  }

  /// Posterior means at the training points.
  private var means: [Double] { means(at: training.inputs) }

  /// Posterior means, averaged over the processes.
  func means(at points: EncodedInputs) -> [Double] {
    var sums = Array(repeating: 0.0, count: points.count)
    for process in processes {
      for (index, mean) in process.means(at: points).enumerated() {
        sums[index] += mean / Double(processes.count)
      }
    }
    return sums
  }

  /// Below the front of posterior means in the score; below every cost seen.
  private var reference: [Double] {
    let contenders = zip(means, training.known).compactMap { mean, known in
      known.map { [mean] + $0 }
    }
    let front = ParetoFront(contenders)
    let scores = front.inferredReference(among: contenders)
    let costs = contenders[0].indices.dropFirst().map { objective in
      let values = contenders.map { $0[objective] }
      let (worst, best) = (values.min() ?? 0, values.max() ?? 0)
      return worst - 0.1 * (best > worst ? best - worst : 1)
    }
    return [scores[0]] + costs
  }

  /// The points of the model, the most promising first.
  ///
  /// By posterior mean, or by the order of merit of posterior mean and costs. A point that was trained
  /// to several rungs stands at its best place.
  var promising: [SearchPoint] {
    let merits = zip(means, training.known).map { mean, known in [mean] + (known ?? []) }
    let contenders = merits.indices.filter { training.known[$0] != nil }
    var seen: Set<SearchPoint> = []
    return ObjectiveOrder.descending(contenders.map { merits[$0] })
      .map { training.points[contenders[$0]] }
      .filter { seen.insert($0).inserted }
  }
}

/// The last surrogate of a strategy; a memory of pure values, which changes no answer.
final class SurrogateMemory: Sendable {
  private let last = Mutex<Surrogate?>(nil)

  func surrogate(
    _ training: TrainingSet, inference: Surrogate.Inference, seed: UInt64
  ) throws(StrategyError) -> Surrogate {
    if let known = last.withLock({ $0 }), known.training == training { return known }
    let made = try Surrogate(training, inference: inference, seed: seed)
    last.withLock { $0 = made }
    return made
  }
}

extension FitDiagnostics {
  /// Of the draws of a fit; what is no finite number is not known.
  init(_ fit: SaasFit) {
    self.init(
      rHat: fit.report.rHat.flatMap { $0.isFinite ? $0 : nil },
      effectiveDraws: fit.report.effectiveSamples.flatMap { $0.isFinite ? $0 : nil },
      divergences: fit.report.divergences,
      draws: fit.chains.reduce(0) { $0 + $1.draws.count })
  }
}
