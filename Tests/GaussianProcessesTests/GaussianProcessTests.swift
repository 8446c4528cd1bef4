import Foundation
import GaussianProcesses
import LinearAlgebra
import Testing

struct GaussianProcessTests {
  private func process(seed: UInt64, dimensions: Int = 5) throws -> GaussianProcess {
    try GaussianProcess(
      inputs: TestInputs.mixed(count: 18, dimensions: dimensions, seed: seed),
      targets: TestInputs.targets(count: 18, seed: seed),
      hyperparameters: TestInputs.hyperparameters(dimensions: dimensions, seed: seed))
  }

  /// One point of a set, alone.
  private func point(_ inputs: EncodedInputs, _ index: Int) throws -> EncodedInputs {
    var result = EncodedInputs(kinds: inputs.kinds)
    let range = index * inputs.dimensions..<(index + 1) * inputs.dimensions
    try result.append(Array(inputs.values[range]), isActive: Array(inputs.isActive[range]))
    return result
  }

  @Test(arguments: 0..<10)
  func inputGradientsEqualCentralDifferences(seed: Int) throws {
    let process = try process(seed: UInt64(seed))
    let queries = try TestInputs.mixed(count: 4, dimensions: 5, seed: UInt64(seed) + 100)
    for index in 0..<4 {
      let query = try point(queries, index)
      let local = process.posterior(atPoint: query)
      for dimension in 0..<5 {
        guard query.kinds[dimension] == .ordered, query.isActive[dimension] else {
          #expect(local.meanGradient[dimension] == 0)
          continue
        }
        var ends: [GaussianProcess.LocalPosterior] = []
        for step in [-1e-5, 1e-5] {
          var moved = query.values
          moved[dimension] += step
          var shifted = EncodedInputs(kinds: query.kinds)
          try shifted.append(moved, isActive: query.isActive)
          ends.append(process.posterior(atPoint: shifted))
        }
        let mean = (ends[1].mean - ends[0].mean) / 2e-5
        let variance = (ends[1].variance - ends[0].variance) / 2e-5
        #expect(abs(mean - local.meanGradient[dimension]) < 1e-6 * max(1, abs(mean)))
        #expect(abs(variance - local.varianceGradient[dimension]) < 1e-6)
      }
    }
  }

  @Test func jointPosteriorHoldsTheMarginals() throws {
    let process = try process(seed: 4)
    let queries = try TestInputs.mixed(count: 6, dimensions: 5, seed: 40)
    let (joint, alone) = (process.jointPosterior(at: queries), process.posterior(at: queries))
    for index in 0..<6 {
      #expect(abs(joint.means[index] - alone.means[index]) < 1e-12)
      #expect(abs(joint.covariance[index, index] - alone.variances[index]) < 1e-12)
    }
    // Σ is what a further exact score removes from its neighbours' variance.
    let one = try point(queries, 0)
    let told = try GaussianProcess(
      inputs: process.inputs.appending(one), targets: process.targets + [0],
      hyperparameters: process.hyperparameters)
    let noise = process.hyperparameters.noiseVariance
    for index in 1..<6 {
      let removed =
        joint.covariance[0, index] * joint.covariance[0, index]
        / (joint.covariance[0, 0] + noise)
      #expect(
        abs(
          alone.variances[index] - removed
            - told.posterior(at: queries).variances[index]) < 1e-10)
    }
  }

  @Test func farFromAllDataThePriorReturns() throws {
    var inputs = EncodedInputs(kinds: [.ordered])
    try inputs.append([0.1], isActive: [true])
    try inputs.append([0.2], isActive: [true])
    let hyper = Hyperparameters(
      lengthScales: [0.025], signalVariance: 1.4, noiseVariance: 0.01, mean: 0.3)
    let process = try GaussianProcess(inputs: inputs, targets: [1, -1], hyperparameters: hyper)
    var far = EncodedInputs(kinds: [.ordered])
    try far.append([1e6], isActive: [true])
    let posterior = process.posterior(atPoint: far)
    #expect(posterior.mean == 0.3 && abs(posterior.variance - 1.4) < 1e-12)
    #expect(posterior.meanGradient == [0] && posterior.varianceGradient == [0])
  }

  @Test func atObservedPointsEverythingIsFinite() throws {
    var inputs = EncodedInputs(kinds: [.ordered, .unordered])
    for _ in 0..<3 { try inputs.append([0.5, 1], isActive: [true, true]) }
    let process = try GaussianProcess(
      inputs: inputs, targets: [0, 0, 0],
      hyperparameters: Hyperparameters(
        lengthScales: [10, 10], signalVariance: 1, noiseVariance: 1e-4, mean: 0))
    #expect(process.posterior(at: inputs).variances.allSatisfy { $0 >= 0 && $0 < 1e-3 })
  }

  @Test func incumbentIsTheBestMeanNotTheLuckiestScore() throws {
    var inputs = EncodedInputs(kinds: [.ordered])
    for _ in 0..<9 { try inputs.append([0.5], isActive: [true]) }
    let scores = [0, 0, 0, 0, 0, 0, 0, 0, 3.0]
    let process = try GaussianProcess(
      inputs: inputs, targets: scores,
      hyperparameters: Hyperparameters(
        lengthScales: [1], signalVariance: 1, noiseVariance: 1, mean: 0))
    // Nine scores of mean 1/3, shrunk to the prior by 9 / (9 + σ²/s²).
    #expect(abs(LogExpectedImprovement.incumbent(of: process) - 0.3) < 1e-9)
  }

  @Test func fantasiesKeepTheMeanAndRemoveTheVariance() throws {
    let process = try process(seed: 3)
    let pending = try TestInputs.mixed(count: 2, dimensions: 5, seed: 77)
    let believing = try process.believing(at: pending)
    let queries = try TestInputs.mixed(count: 10, dimensions: 5, seed: 78)
    let (before, after) = (process.posterior(at: queries), believing.posterior(at: queries))
    for index in 0..<10 {
      #expect(abs(before.means[index] - after.means[index]) < 1e-10)
      #expect(after.variances[index] <= before.variances[index] + 1e-12)
    }
    let noise = process.hyperparameters.noiseVariance
    #expect(believing.posterior(at: pending).variances.allSatisfy { $0 <= noise })
    let none = try process.believing(at: EncodedInputs(kinds: process.inputs.kinds))
    #expect(none.posterior(at: queries) == before)
  }

  @Test func standardisationAndItsEdges() throws {
    let scale = try Standardization([1, 2, 3, 4])
    #expect(scale.mean == 2.5 && abs(scale.deviation - 1.2909944487358056) < 1e-15)
    #expect(abs(scale.original(scale.standardized(3.7)) - 3.7) < 1e-15)
    #expect(try Standardization([0.7]).deviation == 1)
    #expect(try Standardization([0.1, 0.1, 0.1]).deviation == 1)
    let huge = try Standardization([-1e300, 1e300])
    #expect(huge.deviation.isFinite && abs(huge.standardized(1e300)) < 1)
  }
}
