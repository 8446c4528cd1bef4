import Foundation
import GaussianProcesses
import TestSupport

/// Tests/Fixtures/gp/multiobjective.json, made by scripts/fixtures/gp_multiobjective.py.
struct MultiobjectiveFixture: Decodable, Sendable {
  struct Volume: Decodable, Sendable {
    let points: [[Double]]
    let reference: [Double]
    let front: [Int]
    let hypervolume: Double
  }

  struct Model: Decodable, Sendable {
    let x: [[Double]]
    let y: [Double]
    let lengthScales: [Double]
    let signalVariance: Double
    let noiseVariance: Double
    let mean: Double

    func process() throws -> GaussianProcess {
      try GaussianProcess(
        inputs: inputs(x), targets: y,
        hyperparameters: Hyperparameters(
          lengthScales: lengthScales, signalVariance: signalVariance,
          noiseVariance: noiseVariance, mean: mean))
    }
  }

  static func inputs(_ rows: [[Double]]) throws -> EncodedInputs {
    try Model.inputs(rows)
  }

  let hypervolumes: [Volume]
  let model: Model
  let baselineCosts: [Double]
  let front: [[Double]]
  let reference: [Double]
  let queries: [[Double]]
  let queryCosts: [Double]
  let ehvi: [Double]
  let nehvi: [Double]
  let nehviError: [Double]
  let pending: [[Double]]
  let pendingCosts: [Double]
  let nehviPending: [Double]
  let nehviPendingError: [Double]
  let chains: [[Double]]
  let splitRHat: Double
  let effectiveSamples: Double

  static func load() throws -> MultiobjectiveFixture {
    try JSONDecoder().decode(
      MultiobjectiveFixture.self,
      from: Data(contentsOf: Fixtures.url("gp/multiobjective.json")))
  }
}

extension MultiobjectiveFixture.Model {
  static func inputs(_ rows: [[Double]]) throws -> EncodedInputs {
    var inputs = EncodedInputs(kinds: rows[0].map { _ in .ordered })
    for row in rows { try inputs.append(row, isActive: row.map { _ in true }) }
    return inputs
  }

  func inputs(_ rows: [[Double]]) throws -> EncodedInputs { try Self.inputs(rows) }
}
