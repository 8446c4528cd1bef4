import GaussianProcesses
import LinearAlgebra
import SearchSpaces

/// The Gaussian process of a history.
///
/// Scores are standardised over the finished trials; failed trials enter with the worst of them.
/// The hyper-parameters depend on the finished and failed trials alone, never on what is pending.
struct Surrogate: Sendable {
  let process: GaussianProcess

  /// - Parameters:
  ///   - view: at least one finished trial with a point.
  ///   - seed: of the study; the starts of the fit are keyed by it and the number of observations.
  init(_ view: HistoryView, encoder: PointEncoder, seed: UInt64) throws(StrategyError) {
    let scores = view.observed.map(\.score)
    let inputs = try encoder.inputs(view.observed.map(\.point) + view.failed)
    do throws(GaussianProcessError) {
      let scale = try Standardization(scores)
      let standard = scores.map(scale.standardized)
      let worst = standard.min() ?? 0
      let targets = standard + view.failed.map { _ in worst }
      let fit = try HyperparameterFit(
        inputs: inputs, targets: targets,
        priors: HyperparameterPriors(dimensions: inputs.dimensions),
        key: RandomKey(seed: seed).derived("surrogate").derived(targets.count))
      process = try GaussianProcess(
        inputs: inputs, targets: targets, hyperparameters: fit.hyperparameters)
    } catch {
      throw .surrogate(reason: error.description)
    }
  }

  /// The acquisition function once every pending trial has given what is expected of it.
  func acquisition(
    pending: EncodedInputs
  ) throws(StrategyError) -> (function: LogExpectedImprovement, process: GaussianProcess) {
    do throws(GaussianProcessError) {
      let believing = try process.believing(at: pending)
      return (
        LogExpectedImprovement(
          model: believing, incumbent: LogExpectedImprovement.incumbent(of: believing)),
        believing
      )
    } catch {
      throw .surrogate(reason: error.description)
    }
  }
}
