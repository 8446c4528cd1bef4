import Foundation
import GaussianProcesses
import TestSupport
import Testing

/// Tests/Fixtures/gp/botorch.json, made by scripts/fixtures/gp_botorch.py.
struct BoTorchFixture: Decodable, Sendable {
  struct Case: Decodable, Sendable {
    let name: String
    let ordered: [Int]
    let unordered: [Int]
    let x: [[Double]]
    let y: [Double]
    let queries: [[Double]]
    let lengthScales: [Double]
    let signalVariance: Double
    let noiseVariance: Double
    let mean: Double
    let covariance: [[Double]]
    let logLikelihood: Double
    let logLikelihoodGradient: [Double]
    let posteriorMean: [Double]
    let posteriorVariance: [Double]
    let bestScore: Double
    let logExpectedImprovement: [Double]
    let logExpectedImprovementGradient: [[Double]]

    var kinds: [InputKind] {
      lengthScales.indices.map { unordered.contains($0) ? .unordered : .ordered }
    }

    var hyperparameters: Hyperparameters {
      Hyperparameters(
        lengthScales: lengthScales, signalVariance: signalVariance, noiseVariance: noiseVariance,
        mean: mean)
    }

    func inputs(_ rows: [[Double]]) throws -> EncodedInputs {
      var inputs = EncodedInputs(kinds: kinds)
      for row in rows {
        try inputs.append(row, isActive: Array(repeating: true, count: row.count))
      }
      return inputs
    }

    func process() throws -> GaussianProcess {
      try GaussianProcess(inputs: inputs(x), targets: y, hyperparameters: hyperparameters)
    }
  }

  struct Improvement: Decodable, Sendable {
    let z: [Double]
    let value: [Double]
    let derivative: [Double]
  }

  struct PriorValues: Decodable, Sendable {
    let x: [Double]
    let value: [Double]
  }

  let versions: [String: String]
  let cases: [Case]
  let logImprovement: Improvement
  let priors: [String: PriorValues]

  static func load() throws -> BoTorchFixture {
    try JSONDecoder().decode(
      BoTorchFixture.self, from: Data(contentsOf: Fixtures.url("gp/botorch.json")))
  }
}

/// Whether two numbers agree to a share of the expected one, or absolutely where that is small.
func agrees(_ got: Double, _ expected: Double, _ tolerance: Double) -> Bool {
  abs(got - expected) <= tolerance * max(1, abs(expected))
}
