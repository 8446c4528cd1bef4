import GaussianProcesses
import LinearAlgebra
import Testing

/// Wall times at the size of a long search, printed; the bounds are far above what was measured.
struct SpeedTests {
  #if DEBUG
    static let isRelease = false
  #else
    static let isRelease = true
  #endif

  @Test(.enabled(if: isRelease, "timings are of the optimised build"))
  func fitAndPosteriorAtAHundredTrials() throws {
    let inputs = try TestInputs.mixed(count: 100, dimensions: 40, seed: 1)
    let targets = TestInputs.targets(count: 100, seed: 1)
    let clock = ContinuousClock()
    var fit: HyperparameterFit?
    let fitting = try clock.measure {
      fit = try HyperparameterFit(
        inputs: inputs, targets: targets, priors: HyperparameterPriors(dimensions: 40),
        key: RandomKey(seed: 1))
    }
    let hyper = try #require(fit).hyperparameters
    let process = try GaussianProcess(inputs: inputs, targets: targets, hyperparameters: hyper)
    let queries = try TestInputs.mixed(count: 1000, dimensions: 40, seed: 2)
    let asking = clock.measure { _ = process.posterior(at: queries) }
    let likelihood = try MarginalLikelihood(inputs: inputs, targets: targets)
    let evaluating = try clock.measure { _ = try likelihood.evaluate(hyper.logarithmic) }
    print("n = 100, d = 40: fit \(fitting), one likelihood \(evaluating), 1,000 points \(asking)")
    #expect(fitting < .seconds(10) && asking < .seconds(10))
  }
}
