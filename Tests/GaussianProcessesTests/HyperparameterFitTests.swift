import Foundation
import GaussianProcesses
import LinearAlgebra
import Testing

struct HyperparameterFitTests {
  /// Scores drawn from the model itself with known hyper-parameters.
  private func sample(
    _ hyper: Hyperparameters, count: Int, seed: UInt64
  ) throws -> (EncodedInputs, [Double]) {
    let inputs = try TestInputs.mixed(
      count: count, dimensions: hyper.lengthScales.count, seed: seed, isConditional: false)
    var covariance = ProductKernel(hyper).covariance(inputs, inputs)
    for i in 0..<count { covariance[i, i] += hyper.noiseVariance }
    var source = CounterRandom(RandomKey(seed: seed).derived("sample"))
    let draw = try Cholesky(covariance).lower.times((0..<count).map { _ in source.normal() })
    return (inputs, draw.map { $0 + hyper.mean })
  }

  @Test(arguments: 0..<8)
  func fitIsAtLeastAsPlausibleAsTheTruth(seed: Int) throws {
    let truth = Hyperparameters(
      lengthScales: [0.3, 1.5, 0.8, 4], signalVariance: 1, noiseVariance: 0.02, mean: 0.2)
    let (inputs, targets) = try sample(truth, count: 40, seed: UInt64(seed))
    let likelihood = try MarginalLikelihood(inputs: inputs, targets: targets)
    let key = RandomKey(seed: UInt64(seed))
    let free = try HyperparameterFit(inputs: inputs, targets: targets, priors: nil, key: key)
    #expect(free.value >= (try likelihood.evaluate(truth.logarithmic).value))
    let priors = HyperparameterPriors(dimensions: 4)
    let fit = try HyperparameterFit(inputs: inputs, targets: targets, priors: priors, key: key)
    let density =
      try likelihood.evaluate(truth.logarithmic).value
      + priors.logDensity(truth.logarithmic).value
    #expect(fit.value >= density)
  }

  @Test func gradientVanishesInsideTheBox() throws {
    let truth = Hyperparameters(
      lengthScales: [0.3, 0.6], signalVariance: 1, noiseVariance: 0.05, mean: 0)
    let (inputs, targets) = try sample(truth, count: 50, seed: 5)
    let priors = HyperparameterPriors(dimensions: 2)
    let fit = try HyperparameterFit(
      inputs: inputs, targets: targets, priors: priors, key: RandomKey(seed: 2))
    let theta = fit.hyperparameters.logarithmic
    let likelihood = try MarginalLikelihood(inputs: inputs, targets: targets).evaluate(theta)
    let gradient = zip(likelihood.gradient, priors.logDensity(theta).gradient).map { $0 + $1 }
    for slope in gradient { #expect(abs(slope) < 0.02) }
  }

  @Test func relevantInputsGetShortScalesAndTheFunctionIsRecovered() throws {
    var inputs = EncodedInputs(kinds: [.ordered, .ordered, .unordered, .ordered])
    var scores: [Double] = []
    func truth(_ x: Double, _ c: Double) -> Double { sin(6 * x) + (c == 1 ? 0.8 : 0) }
    var source = CounterRandom(RandomKey(seed: 9))
    for _ in 0..<60 {
      let point = [
        source.uniform(), source.uniform(), Double(source.integer(below: 3)), source.uniform(),
      ]
      try inputs.append(point, isActive: [true, true, true, true])
      scores.append(truth(point[0], point[2]) + 0.05 * source.normal())
    }
    let scale = try Standardization(scores)
    let targets = scores.map { scale.standardized($0) }
    let fit = try HyperparameterFit(
      inputs: inputs, targets: targets, priors: HyperparameterPriors(dimensions: 4),
      key: RandomKey(seed: 1))
    let scales = fit.hyperparameters.lengthScales
    #expect(scales[0] < scales[1] && scales[0] < scales[3])
    let noise = fit.hyperparameters.noiseVariance.squareRoot() * scale.deviation
    #expect(noise > 0.03 && noise < 0.08)
    let process = try GaussianProcess(
      inputs: inputs, targets: targets, hyperparameters: fit.hyperparameters)
    var queries = EncodedInputs(kinds: inputs.kinds)
    var expected: [Double] = []
    for _ in 0..<50 {
      let point = [
        source.uniform(0.05, 0.95), source.uniform(), Double(source.integer(below: 3)),
        source.uniform(),
      ]
      try queries.append(point, isActive: [true, true, true, true])
      expected.append(truth(point[0], point[2]))
    }
    let means = process.posterior(at: queries).means.map { scale.original($0) }
    let error = zip(means, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / 50
    #expect(error.squareRoot() < 0.06)
  }

  /// Four starts are enough: the best of sixteen is no better.
  @Test(arguments: 0..<6)
  func fourStartsFindTheBestOfSixteen(seed: Int) throws {
    let truth = Hyperparameters(
      lengthScales: [0.2, 3, 0.7], signalVariance: 1, noiseVariance: 0.1, mean: 0)
    let (inputs, targets) = try sample(truth, count: 25, seed: UInt64(40 + seed))
    let priors = HyperparameterPriors(dimensions: 3)
    let few = try HyperparameterFit(
      inputs: inputs, targets: targets, priors: priors, key: RandomKey(seed: 1))
    let many = try HyperparameterFit(
      inputs: inputs, targets: targets, priors: priors, starts: 16, key: RandomKey(seed: 2))
    #expect(few.value > many.value - 0.05)
  }

  @Test func oneScoreAndEqualScoresStillFit() throws {
    var inputs = EncodedInputs(kinds: [.ordered])
    try inputs.append([0.5], isActive: [true])
    let priors = HyperparameterPriors(dimensions: 1)
    let one = try HyperparameterFit(
      inputs: inputs, targets: [0], priors: priors, key: RandomKey(seed: 1))
    #expect(one.value.isFinite)
    try inputs.append([0.7], isActive: [true])
    let equal = try HyperparameterFit(
      inputs: inputs, targets: [0, 0], priors: priors, key: RandomKey(seed: 1))
    #expect(equal.hyperparameters.noiseVariance >= 1e-4 * (1 - 1e-12))
  }

  @Test func sameDataSameFit() throws {
    let (inputs, targets) = try sample(
      Hyperparameters(lengthScales: [0.5], signalVariance: 1, noiseVariance: 0.1, mean: 0),
      count: 20, seed: 3)
    let priors = HyperparameterPriors(dimensions: 1)
    let fits = try (0..<2).map { _ in
      try HyperparameterFit(
        inputs: inputs, targets: targets, priors: priors, key: RandomKey(seed: 8))
    }
    #expect(fits[0].hyperparameters == fits[1].hyperparameters)
  }
}
