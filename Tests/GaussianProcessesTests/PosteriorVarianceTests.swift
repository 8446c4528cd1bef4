import Foundation
import TestSupport
import Testing

@testable import GaussianProcesses

/// Tests/Fixtures/gp/importance.json, made by scripts/fixtures/gp_importance.py.
struct ImportanceFixture: Decodable {
  struct Product: Decodable {
    let kinds: [String]
    let x: [[Double]]
    let y: [Double]
    let scales: [Double]
    let signal: Double
    let noise: Double
    let processMean: Double
    let levels: [[Double]]
    let mean: Double
    let variance: Double
    let mains: [Double]
    let totals: [Double]
    let pairs: [Double]
  }

  let product: Product

  static func load() throws -> ImportanceFixture {
    try JSONDecoder().decode(Self.self, from: Data(contentsOf: Fixtures.url("gp/importance.json")))
  }
}

struct PosteriorVarianceTests {
  private func process(_ item: ImportanceFixture.Product) throws -> GaussianProcess {
    var inputs = EncodedInputs(kinds: item.kinds.map { $0 == "ordered" ? .ordered : .unordered })
    for row in item.x { try inputs.append(row, isActive: row.map { _ in true }) }
    return try GaussianProcess(
      inputs: inputs, targets: item.y,
      hyperparameters: Hyperparameters(
        lengthScales: item.scales, signalVariance: item.signal, noiseVariance: item.noise,
        mean: item.processMean))
  }

  private func even(_ places: [Double]) -> InputLaw {
    InputLaw(places: places, weights: places.map { _ in 1 })
  }

  @Test func mixtureIsMatern() {
    let distances = (0...2000).map { pow(Double($0) / 200, 3) }
    let expected = Matern52.correlation(distances).values
    for (s, value) in zip(distances, expected) {
      let sum = Matern52.mixture.reduce(0) { $0 + $1.weight * exp(-$1.rate * s) }
      #expect(abs(sum - value) < 1e-6)
    }
  }

  @Test func quadratureIntegratesPolynomialsAndKernels() {
    for (count, degree) in [(1, 1), (2, 3), (5, 9), (48, 95)] {
      let law = InputLaw.gaussLegendre(count)
      for power in 0...degree {
        let sum = zip(law.places, law.weights).reduce(0) { $0 + $1.1 * pow($1.0, Double(power)) }
        #expect(abs(sum - 1 / Double(power + 1)) < 1e-13)
      }
    }
    // ∫ exp(−½ ((x − 0.3) / 0.05)²) over [0, 1].
    let law = InputLaw.uniform
    let sum = zip(law.places, law.weights).reduce(0) {
      $0 + $1.1 * exp(-0.5 * pow(($1.0 - 0.3) / 0.05, 2))
    }
    let exact =
      0.05 * (Double.pi / 2).squareRoot()
      * (erf(0.7 / 0.05 / 2.0.squareRoot()) + erf(0.3 / 0.05 / 2.0.squareRoot()))
    #expect(abs(sum - exact) < 1e-8)
  }

  /// Against sums over a full grid by NumPy; the continuum is 400 midpoints there.
  @Test func sharesEqualBruteForce() throws {
    let item = try ImportanceFixture.load().product
    let split = PosteriorVariance(
      try process(item),
      laws: [even(item.levels[0]), even(item.levels[1]), .uniform, even([0, 1, 2])],
      groups: [[0], [1], [2], [3]])
    #expect(abs(split.mean - item.mean) < 1e-5)
    #expect(abs(split.variance - item.variance) < 1e-5 * item.variance)
    for (own, expected) in zip(split.mains + split.totals, item.mains + item.totals) {
      #expect(abs(own - expected) < 1e-5 * item.variance)
    }
    for (own, expected) in zip(split.pairs, item.pairs) {
      #expect(abs(own.value - expected) < 1e-5 * item.variance)
    }
    #expect(
      split.pairs.map { [$0.first, $0.second] } == [
        [0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3],
      ])
  }

  /// A group of two inputs explains what they explain alone and together.
  @Test func groupsHoldTheirInteractions() throws {
    let item = try ImportanceFixture.load().product
    let split = PosteriorVariance(
      try process(item),
      laws: [even(item.levels[0]), even(item.levels[1]), .uniform, even([0, 1, 2])],
      groups: [[1, 2], [0, 3]])
    let expected = item.mains[1] + item.mains[2] + item.pairs[3]
    #expect(abs(split.mains[0] - expected) < 1e-5 * item.variance)
    #expect(
      abs(split.mains[0] + split.mains[1] + split.pairs[0].value - split.variance)
        < 1e-9 * item.variance)
  }

  @Test func aConstantHasNoVariance() throws {
    let item = try ImportanceFixture.load().product
    let varying = try process(item)
    let constant = try GaussianProcess(
      inputs: varying.inputs, targets: item.y.map { _ in 0.2 },
      hyperparameters: varying.hyperparameters)
    let split = PosteriorVariance(
      constant, laws: [even(item.levels[0]), even(item.levels[1]), .uniform, even([0, 1, 2])],
      groups: [[0], [1], [2], [3]])
    #expect(split.mean == 0.2 && split.variance == 0)
    #expect((split.mains + split.totals + split.pairs.map(\.value)).allSatisfy { $0 == 0 })
  }

  @Test func meansAreThoseOfThePosterior() throws {
    let inputs = try TestInputs.mixed(count: 20, dimensions: 5, seed: 4)
    let process = try GaussianProcess(
      inputs: inputs, targets: TestInputs.targets(count: 20, seed: 4),
      hyperparameters: TestInputs.hyperparameters(dimensions: 5, seed: 4))
    let points = try TestInputs.mixed(count: 30, dimensions: 5, seed: 5)
    #expect(process.means(at: points) == process.posterior(at: points).means)
  }
}
