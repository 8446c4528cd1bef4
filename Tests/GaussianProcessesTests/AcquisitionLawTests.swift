import Foundation
import GaussianProcesses
import LinearAlgebra
import Testing

/// The laws of `AcquisitionFunction`, over every registered member and their average.
struct AcquisitionLawTests {
  /// How each member is made for the laws.
  typealias Maker = @Sendable (GaussianProcess, UInt64) throws -> any AcquisitionFunction

  static let makers: [String: Maker] = [
    LogExpectedImprovement.name: { model, _ in
      LogExpectedImprovement(model: model, incumbent: 0.8)
    },
    LogExpectedHypervolumeImprovement.name: { model, seed in
      LogExpectedHypervolumeImprovement(
        model: model, front: front(seed), reference: [-1.5, -2])
    },
    LogNoisyExpectedHypervolumeImprovement.name: { model, seed in
      try LogNoisyExpectedHypervolumeImprovement(
        model: model, baseline: baseline(model, seed), reference: [-1.5, -2], samples: 16,
        key: RandomKey(seed: seed))
    },
    AveragedAcquisition.name: { model, seed in
      AveragedAcquisition([
        LogExpectedHypervolumeImprovement(
          model: model, front: front(seed), reference: [-1.5, -2]),
        try LogNoisyExpectedHypervolumeImprovement(
          model: model, baseline: baseline(model, seed), reference: [-1.5, -2], samples: 16,
          key: RandomKey(seed: seed)),
      ])
    },
  ]

  private static func front(_ seed: UInt64) -> [[Double]] {
    var source = CounterRandom(RandomKey(seed: seed).derived("front"))
    return ParetoFront((0..<8).map { _ in [source.normal(), -2 * source.uniform()] }).points
  }

  /// Costs of the model's points and of two pending ones; one point has failed.
  private static func baseline(
    _ model: GaussianProcess, _ seed: UInt64
  ) throws -> LogNoisyExpectedHypervolumeImprovement.Baseline {
    var source = CounterRandom(RandomKey(seed: seed).derived("costs"))
    let pending = try TestInputs.mixed(
      count: 2, dimensions: model.inputs.dimensions, seed: seed + 500)
    let known: [[Double]?] = (0..<(model.inputs.count + 2)).map { index in
      index == 3 ? nil : [-2 * source.uniform()]
    }
    return .init(pending: pending, known: known)
  }

  private func process(_ seed: UInt64) throws -> GaussianProcess {
    try GaussianProcess(
      inputs: TestInputs.mixed(count: 18, dimensions: 5, seed: seed),
      targets: TestInputs.targets(count: 18, seed: seed),
      hyperparameters: TestInputs.hyperparameters(dimensions: 5, seed: seed))
  }

  private func point(_ values: [Double], _ like: EncodedInputs, _ index: Int) throws
    -> EncodedInputs
  {
    var result = EncodedInputs(kinds: like.kinds)
    let range = index * like.dimensions..<(index + 1) * like.dimensions
    try result.append(values, isActive: Array(like.isActive[range]))
    return result
  }

  @Test func everyMemberHasAMaker() {
    for member in AcquisitionRegistry.members {
      #expect(Self.makers[member.name] != nil && !member.reference.isEmpty)
    }
  }

  @Test(arguments: makers.keys.sorted(), 0..<6)
  func gradientsEqualCentralDifferences(name: String, seed: Int) throws {
    let process = try process(UInt64(seed))
    let make = try #require(Self.makers[name])
    let acquisition = try make(process, UInt64(seed))
    let queries = try TestInputs.mixed(count: 4, dimensions: 5, seed: UInt64(seed) + 100)
    let known = Array(repeating: -0.7, count: acquisition.knownObjectives)
    for index in 0..<4 {
      let place = Array(queries.values[index * 5..<(index + 1) * 5])
      let query = try point(place, queries, index)
      let local = acquisition.value(atPoint: query, known: known)
      let listed = acquisition.values(
        at: query, known: Matrix(rows: 1, columns: known.count, values: known))
      #expect(abs(listed[0] - local.value) < 1e-9 * max(1, abs(local.value)))
      for dimension in 0..<5 {
        guard query.kinds[dimension] == .ordered, query.isActive[dimension] else {
          #expect(local.gradient[dimension] == 0)
          continue
        }
        var ends: [Double] = []
        for step in [-1e-5, 1e-5] {
          var moved = place
          moved[dimension] += step
          ends.append(
            acquisition.value(atPoint: try point(moved, queries, index), known: known).value)
        }
        let slope = (ends[1] - ends[0]) / 2e-5
        #expect(abs(slope - local.gradient[dimension]) < 1e-5 * max(1, abs(slope)))
      }
    }
  }

  @Test(arguments: makers.keys.sorted())
  func finiteFarAwayAndAtObservedPoints(name: String) throws {
    var inputs = EncodedInputs(kinds: [.ordered, .ordered, .unordered, .ordered, .ordered])
    // Three times the same point, and one that hardly differs.
    for place in [0.5, 0.5, 0.5, 0.5 + 1e-9] {
      try inputs.append([place, 0.5, 1, 0.5, 0], isActive: [true, true, true, true, true])
    }
    for index in 0..<14 {
      try inputs.append(
        [Double(index) / 14, 0.2, Double(index % 3), 0.9, 1],
        isActive: [true, index % 2 == 0, true, true, true])
    }
    let process = try GaussianProcess(
      inputs: inputs, targets: inputs.values.prefix(18).map { $0 },
      hyperparameters: Hyperparameters(
        lengthScales: [10, 10, 10, 10, 10], signalVariance: 1, noiseVariance: 1e-4, mean: -400))
    let make = try #require(Self.makers[name])
    let acquisition = try make(process, 1)
    let known = Array(repeating: -1.0, count: acquisition.knownObjectives)
    for place in [[0.5, 0.5, 1, 0.5, 0], [1e6, 1e6, 0, -1e6, 2]] {
      var query = EncodedInputs(kinds: inputs.kinds)
      try query.append(place, isActive: [true, true, true, true, true])
      let local = acquisition.value(atPoint: query, known: known)
      #expect(local.value.isFinite && local.gradient.allSatisfy(\.isFinite))
      let listed = acquisition.values(
        at: query, known: Matrix(rows: 1, columns: known.count, values: known))
      #expect(listed[0].isFinite)
    }
    // No gain is possible below the reference of a known objective.
    if acquisition.knownObjectives == 1 {
      let nothing = acquisition.value(
        atPoint: try point(
          Array(inputs.values.prefix(5)), inputs, 0), known: [-5])
      #expect(nothing.value.isFinite && nothing.value < -1e200)
    }
  }
}
