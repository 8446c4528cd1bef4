import Foundation
import LinearAlgebra
import Testing

@testable import GaussianProcesses

struct RelatedTaskTests {
  /// Points of three functions in turn.
  private func inputs(count: Int, seed: UInt64, correlations: [Double]) throws -> EncodedInputs {
    let plain = try TestInputs.mixed(count: count, dimensions: 5, seed: seed)
    var result = EncodedInputs(kinds: plain.kinds)
    for index in 0..<count {
      let range = index * 5..<(index + 1) * 5
      let task = index % (correlations.count + 1)
      try result.append(
        Array(plain.values[range]), isActive: Array(plain.isActive[range]),
        task: task == 0 ? .own : RelatedTask(task, correlation: correlations[task - 1]))
    }
    return result
  }

  private func own(_ inputs: EncodedInputs) throws -> (inputs: EncodedInputs, places: [Int]) {
    let places = (0..<inputs.count).filter { inputs.tasks[$0].isOwn }
    var result = EncodedInputs(kinds: inputs.kinds)
    for index in places {
      let range = index * 5..<(index + 1) * 5
      try result.append(Array(inputs.values[range]), isActive: Array(inputs.isActive[range]))
    }
    return (result, places)
  }

  @Test(arguments: [[0.0, 0.9], [0.7, 0.3], [0.95, 0.95]])
  func covarianceIsPositiveDefinite(correlations: [Double]) throws {
    let inputs = try inputs(count: 30, seed: 2, correlations: correlations)
    let kernel = ProductKernel(TestInputs.hyperparameters(dimensions: 5, seed: 2))
    var matrix = kernel.covariance(inputs, inputs)
    for i in 0..<30 {
      #expect(abs(matrix[i, i] - kernel.hyperparameters.signalVariance) < 1e-12)
      for j in 0..<i { #expect(matrix[i, j] == matrix[j, i]) }
      matrix[i, i] += 1e-8
    }
    #expect(throws: Never.self) { try Cholesky(matrix) }
  }

  /// One score of another function at x: μ = m + ρ s² / (s² + σ²) (y − m), v = s² − ρ² s⁴ / (s² + σ²).
  @Test(arguments: [0.0, 0.4, 0.9])
  func oneScoreTellsAsMuchAsTheCorrelationAllows(correlation: Double) throws {
    var inputs = EncodedInputs(kinds: [.ordered])
    try inputs.append([0.3], isActive: [true], task: RelatedTask(1, correlation: correlation))
    let process = try GaussianProcess(
      inputs: inputs, targets: [2],
      hyperparameters: Hyperparameters(
        lengthScales: [0.5], signalVariance: 1.5, noiseVariance: 0.25, mean: 0.5))
    var query = EncodedInputs(kinds: [.ordered])
    try query.append([0.3], isActive: [true])
    let posterior = process.posterior(at: query)
    #expect(abs(posterior.means[0] - (0.5 + correlation * 1.5 / 1.75 * 1.5)) < 1e-12)
    #expect(
      abs(posterior.variances[0] - (1.5 - correlation * correlation * 2.25 / 1.75)) < 1e-12)
    let local = process.posterior(atPoint: query)
    #expect(abs(local.mean - posterior.means[0]) < 1e-12)
    #expect(abs(local.variance - posterior.variances[0]) < 1e-12)
  }

  @Test func anUncorrelatedFunctionChangesNothing() throws {
    let all = try inputs(count: 24, seed: 5, correlations: [0])
    let targets = TestInputs.targets(count: 24, seed: 5)
    let hyper = TestInputs.hyperparameters(dimensions: 5, seed: 5)
    let (alone, places) = try own(all)
    let both = try GaussianProcess(inputs: all, targets: targets, hyperparameters: hyper)
    let single = try GaussianProcess(
      inputs: alone, targets: places.map { targets[$0] }, hyperparameters: hyper)
    let queries = try TestInputs.mixed(count: 20, dimensions: 5, seed: 6)
    let (a, b) = (both.posterior(at: queries), single.posterior(at: queries))
    for index in 0..<20 {
      #expect(abs(a.means[index] - b.means[index]) < 1e-10)
      #expect(abs(a.variances[index] - b.variances[index]) < 1e-10)
    }
    #expect(
      abs(LogExpectedImprovement.incumbent(of: both) - LogExpectedImprovement.incumbent(of: single))
        < 1e-10)
  }

  @Test func theIncumbentIsAnOwnPoint() throws {
    var inputs = EncodedInputs(kinds: [.ordered])
    try inputs.append([0.1], isActive: [true])
    try inputs.append([0.9], isActive: [true], task: RelatedTask(1, correlation: 0.9))
    let process = try GaussianProcess(
      inputs: inputs, targets: [-1, 3],
      hyperparameters: Hyperparameters(
        lengthScales: [0.2], signalVariance: 1, noiseVariance: 0.01, mean: 0))
    #expect(LogExpectedImprovement.incumbent(of: process) < 0)
  }

  @Test(arguments: 0..<3)
  func likelihoodGradientEqualsCentralDifferences(seed: Int) throws {
    let inputs = try inputs(count: 21, seed: UInt64(seed), correlations: [0.8, 0.4])
    let likelihood = try MarginalLikelihood(
      inputs: inputs, targets: TestInputs.targets(count: 21, seed: UInt64(seed)))
    let theta = TestInputs.hyperparameters(dimensions: 5, seed: UInt64(seed)).logarithmic
    let gradient = try likelihood.evaluate(theta).gradient
    for index in theta.indices {
      var ends = [theta, theta]
      ends[0][index] -= 1e-5
      ends[1][index] += 1e-5
      let slope =
        (try likelihood.evaluate(ends[1]).value - likelihood.evaluate(ends[0]).value) / 2e-5
      #expect(abs(slope - gradient[index]) < 1e-6 * max(1, abs(slope)))
    }
  }

  @Test func posteriorGradientEqualsCentralDifferences() throws {
    let process = try GaussianProcess(
      inputs: inputs(count: 24, seed: 9, correlations: [0.8, 0.4]),
      targets: TestInputs.targets(count: 24, seed: 9),
      hyperparameters: TestInputs.hyperparameters(dimensions: 5, seed: 9))
    let place = [0.3, 0.6, 1, 0.2, 0.9]
    func point(_ values: [Double]) throws -> EncodedInputs {
      var query = EncodedInputs(kinds: process.inputs.kinds)
      try query.append(values, isActive: [true, true, true, true, true])
      return query
    }
    let local = process.posterior(atPoint: try point(place))
    for dimension in [0, 1, 3, 4] {
      var ends = [place, place]
      ends[0][dimension] -= 1e-5
      ends[1][dimension] += 1e-5
      let values = try ends.map { process.posterior(at: try point($0)) }
      #expect(
        abs((values[1].means[0] - values[0].means[0]) / 2e-5 - local.meanGradient[dimension]) < 1e-6
      )
      #expect(
        abs(
          (values[1].variances[0] - values[0].variances[0]) / 2e-5
            - local.varianceGradient[dimension]) < 1e-6)
    }
  }
}
