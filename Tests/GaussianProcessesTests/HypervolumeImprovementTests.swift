import Foundation
import GaussianProcesses
import LinearAlgebra
import Testing

/// Expected gains in hypervolume against SciPy's integrals and BoTorch's samples.
struct HypervolumeImprovementTests {
  let fixture: MultiobjectiveFixture

  init() throws {
    fixture = try MultiobjectiveFixture.load()
  }

  private func known(_ values: [Double]) -> Matrix {
    Matrix(rows: values.count, columns: 1, values: values)
  }

  @Test func exactExpectationEqualsNumericalIntegration() throws {
    let acquisition = LogExpectedHypervolumeImprovement(
      model: try fixture.model.process(), front: fixture.front, reference: fixture.reference)
    let values = acquisition.values(
      at: try MultiobjectiveFixture.inputs(fixture.queries), known: known(fixture.queryCosts))
    for (value, expected) in zip(values, fixture.ehvi) {
      #expect(abs(exp(value) - expected) < 1e-8 + 1e-6 * expected)
    }
  }

  private func noisy(_ pending: [[Double]], _ costs: [Double], key: UInt64) throws -> [Double] {
    let process = try fixture.model.process()
    let acquisition = try LogNoisyExpectedHypervolumeImprovement(
      model: process,
      baseline: .init(
        pending: pending.isEmpty
          ? EncodedInputs(kinds: process.inputs.kinds) : MultiobjectiveFixture.inputs(pending),
        known: (fixture.baselineCosts + costs).map { [$0] }),
      reference: fixture.reference, samples: 256, key: RandomKey(seed: key))
    return acquisition.values(
      at: try MultiobjectiveFixture.inputs(fixture.queries), known: known(fixture.queryCosts)
    ).map { exp($0) }
  }

  /// The mean over several scramblings and its standard error.
  private func replicated(_ pending: [[Double]], _ costs: [Double]) throws -> [(Double, Double)] {
    let runs = try (0..<12).map { try noisy(pending, costs, key: UInt64($0)) }
    return fixture.queries.indices.map { index in
      let values = runs.map { $0[index] }
      let mean = values.reduce(0, +) / Double(values.count)
      let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return (mean, (square / Double(values.count * (values.count - 1))).squareRoot())
    }
  }

  @Test func noisyExpectationEqualsBoTorchWithinItsError() throws {
    for (index, own) in try replicated([], []).enumerated() {
      let error = hypot(own.1, fixture.nehviError[index])
      #expect(abs(own.0 - fixture.nehvi[index]) < 4 * error + 1e-4)
    }
  }

  @Test func pendingPointsTakePartAsInBoTorch() throws {
    let own = try replicated(fixture.pending, fixture.pendingCosts)
    for (index, value) in own.enumerated() {
      let error = hypot(value.1, fixture.nehviPendingError[index])
      #expect(abs(value.0 - fixture.nehviPending[index]) < 4 * error + 1e-4)
    }
    // A pending point can only take away from what a further one is worth.
    let without = try replicated([], [])
    for (with, alone) in zip(own, without) { #expect(with.0 <= alone.0 + 1e-9) }
  }

  /// 7.1 (7): without noise, at the observed points, NEHVI is EHVI.
  @Test func withoutNoiseItIsTheExactExpectation() throws {
    var process = try fixture.model.process()
    var hyper = process.hyperparameters
    hyper.noiseVariance = 1e-8
    process = try GaussianProcess(
      inputs: process.inputs, targets: process.targets, hyperparameters: hyper)
    let none = EncodedInputs(kinds: process.inputs.kinds)
    let noisy = try LogNoisyExpectedHypervolumeImprovement(
      model: process, baseline: .init(pending: none, known: fixture.baselineCosts.map { [$0] }),
      reference: fixture.reference, samples: 128, key: RandomKey(seed: 1))
    let exact = LogExpectedHypervolumeImprovement(
      model: process, front: fixture.front, reference: fixture.reference)
    let queries = try MultiobjectiveFixture.inputs(fixture.queries)
    let values = (
      noisy.values(at: queries, known: known(fixture.queryCosts)),
      exact.values(at: queries, known: known(fixture.queryCosts))
    )
    for (a, b) in zip(values.0, values.1) { #expect(abs(exp(a) - exp(b)) < 2e-3 * exp(b) + 1e-5) }
  }

  /// Sequential greedy batches leave the places that are pending.
  @Test func aBatchSpreads() throws {
    let process = try fixture.model.process()
    var pending = EncodedInputs(kinds: process.inputs.kinds)
    var costs: [Double] = []
    var chosen: [Int] = []
    var grid: [[Double]] = []
    for x in 0..<5 {
      for y in 0..<5 {
        for z in 0..<5 { grid.append([x, y, z].map { Double($0) / 4 }) }
      }
    }
    let gridCosts = grid.map { (point: [Double]) -> Double in -point[0] - 0.5 * point[2] }
    for _ in 0..<4 {
      let acquisition = try LogNoisyExpectedHypervolumeImprovement(
        model: process,
        baseline: .init(pending: pending, known: (fixture.baselineCosts + costs).map { [$0] }),
        reference: fixture.reference, key: RandomKey(seed: 2))
      let values = acquisition.values(
        at: try MultiobjectiveFixture.inputs(grid), known: known(gridCosts))
      let best = try #require(values.indices.max { values[$0] < values[$1] })
      chosen.append(best)
      try pending.append(grid[best], isActive: [true, true, true])
      costs.append(gridCosts[best])
    }
    #expect(Set(chosen).count == 4)
  }
}
