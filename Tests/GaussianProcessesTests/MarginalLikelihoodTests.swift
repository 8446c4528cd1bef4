import Foundation
import GaussianProcesses
import LinearAlgebra
import Testing

struct MarginalLikelihoodTests {
  @Test(arguments: 0..<12)
  func gradientEqualsCentralDifferences(seed: Int) throws {
    let dimensions = 1 + seed % 7
    let inputs = try TestInputs.mixed(count: 15, dimensions: dimensions, seed: UInt64(seed))
    let likelihood = try MarginalLikelihood(
      inputs: inputs, targets: TestInputs.targets(count: 15, seed: UInt64(seed)))
    let theta = TestInputs.hyperparameters(dimensions: dimensions, seed: UInt64(seed)).logarithmic
    let gradient = try likelihood.evaluate(theta).gradient
    for index in theta.indices {
      var (above, below) = (theta, theta)
      above[index] += 1e-5
      below[index] -= 1e-5
      let difference =
        try (likelihood.evaluate(above).value - likelihood.evaluate(below).value) / 2e-5
      #expect(abs(difference - gradient[index]) < 1e-6 * max(1, abs(difference)))
    }
  }

  @Test func priorGradientEqualsCentralDifferences() {
    let priors = HyperparameterPriors(dimensions: 4)
    let theta = [-0.3, 0.2, 1.4, 3, 0.5, -3.5, 0.7]
    let gradient = priors.logDensity(theta).gradient
    for index in theta.indices {
      var (above, below) = (theta, theta)
      above[index] += 1e-5
      below[index] -= 1e-5
      let difference = (priors.logDensity(above).value - priors.logDensity(below).value) / 2e-5
      #expect(abs(difference - gradient[index]) < 1e-7 * max(1, abs(difference)))
    }
  }

  @Test func priorModesAreWhereTheDensityIsFlat() {
    let priors = HyperparameterPriors(dimensions: 6)
    for prior in [priors.lengthScale, priors.signalVariance, priors.noiseVariance, priors.mean] {
      #expect(abs(prior.logDensity(prior.mode).derivative) < 1e-9)
    }
    // The dimension-scaled prior: √d times the mode in one dimension.
    let one = HyperparameterPriors(dimensions: 1).lengthScale.mode
    #expect(abs(HyperparameterPriors(dimensions: 9).lengthScale.mode / one - 3) < 1e-12)
  }

  @Test func coincidentInputsAreNoProblem() throws {
    var inputs = EncodedInputs(kinds: [.ordered, .unordered])
    for _ in 0..<6 { try inputs.append([0.4, 1], isActive: [true, true]) }
    let likelihood = try MarginalLikelihood(inputs: inputs, targets: [1, 1.1, 0.9, 1, 1.2, 0.8])
    let result = try likelihood.evaluate([0, 0, 0, log(1e-4), 0])
    #expect(result.value.isFinite && result.gradient.allSatisfy(\.isFinite))
  }

  @Test func hyperparametersSurviveTheLogarithmicForm() {
    let hyper = TestInputs.hyperparameters(dimensions: 5, seed: 4)
    let back = Hyperparameters(logarithmic: hyper.logarithmic)
    #expect(
      zip(hyper.lengthScales, back.lengthScales).allSatisfy { abs($0 / $1 - 1) < 1e-14 }
        && abs(hyper.noiseVariance / back.noiseVariance - 1) < 1e-14 && hyper.mean == back.mean)
  }
}
