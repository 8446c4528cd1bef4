import Backbones
import LinearAlgebra
import NeuralNets
import SearchSpaces
import TensorCore
import Testing

@testable import PEFTMethods

/// What each method on linear maps promises beyond the laws.
@Suite struct ReparametrisedTests {
  private static let query = ParameterValue.list(["query"])

  /// One instance on the query maps of all layers, moved away from its start.
  private func perturbed(
    _ name: String, _ parameters: [String: ParameterValue], deviation: Double = 0.3
  ) throws -> TinyModel {
    let instance = MethodInstance(name, parameters.merging(["targets": Self.query]) { a, _ in a })
    let model = try TinyModel(PEFTConfiguration((3, [instance])))
    model.perturb(deviation: deviation)
    return model
  }

  /// The merged query weight of layer 0 beside the frozen one, each [12, 12].
  private func weights(_ model: TinyModel) throws -> (merged: [Float], frozen: [Float]) {
    let merged = try #require(model.attached).mergedTensors()
    let first = try #require(merged.first { $0.host.name == "query.weight" })
    return (first.values, first.host.parameter.array)
  }

  private func rowNorms(_ matrix: [Float]) -> [Float] {
    let tape = Tape(recording: false)
    defer { withExtendedLifetime(tape) {} }
    return tape.rowNorms(tape.constant(matrix, shape: Shape(12, 12))).array
  }

  /// A rotation of the inputs keeps the length of every row of the weight.
  @Test func exactRotationsKeepLengths() throws {
    let cases: [(String, [String: ParameterValue])] = [
      ("oft", ["map": .text("cayley"), "block-size": .integer(4)]),
      ("boft", ["block-size": .integer(2), "factors": .integer(2)]),
    ]
    for (name, parameters) in cases {
      let model = try perturbed(name, parameters)
      for tensor in model.tensors where tensor.name.hasSuffix("boft_s") {
        tensor.parameter.assign([Float](repeating: 1, count: 12))
      }
      let (merged, frozen) = try weights(model)
      #expect(merged != frozen)
      expectClose(rowNorms(merged), rowNorms(frozen), tolerance: 1e-5)
    }
  }

  /// With R = I + 2Q + 2Q² + 2Q³ + Q⁴ and Q skew, R Rᵀ = (I − Q⁴)² at every angle: a row w of the
  /// weight gets the length ‖w (I − Q⁴)‖, which differs from ‖w‖ in fourth order only.
  @Test(arguments: [0.05, 0.3])
  func theSeriesChangesLengthsByTheFourthPowerAlone(deviation: Double) throws {
    let model = try perturbed("oft", ["block-size": .integer(4)], deviation: deviation)
    let (merged, frozen) = try weights(model)
    let triangles = try #require(model.tensors.first { $0.name == "layer.0.query.oft_R" })
    let lengths = Tape.evaluate { tape in
      let skew = tape.skewBlocks(triangles: tape.parameter(triangles.parameter), size: 4)
      let square = tape.blockMatmul(skew, skew, blocks: 3)
      let fourth = tape.blockMatmul(square, square, blocks: 3)
      let weight = tape.constant(frozen, shape: Shape(12, 12))
      return tape.rowNorms(
        tape.subtract(weight, tape.multiplyColumnBlocks(weight, byTransposed: fourth))
      ).array
    }
    let change = zip(lengths, rowNorms(frozen)).map { abs($0 - $1) }.max() ?? 0
    #expect(change > 2e-5, "too small an angle to tell a rotation from the series")
    expectClose(rowNorms(merged), lengths, tolerance: 1e-5)
  }

  /// 12 is no multiple of 2 · 2², so two factors are all there can be; a block of 3 has no halves.
  @Test(arguments: [
    (2, 1, [1, 6, 2, 2]), (2, 2, [2, 6, 2, 2]), (2, 9, [2, 6, 2, 2]), (3, 9, [1, 4, 3, 3]),
  ])
  func butterflyFactorsAreAsManyAsTheBlocksAllow(
    size: Int, factors: Int, shape: [Int]
  ) throws {
    let model = try perturbed("boft", ["block-size": .integer(size), "factors": .integer(factors)])
    #expect(try #require(model.tensors.first).parameter.shape.dimensions == shape)
  }

  @Test func principalFactorsOfFullRankAreTheWeight() throws {
    let instance = MethodInstance(
      "pissa", ["targets": Self.query, "rank": .integer(99), "alpha-ratio": .number(2)])
    let model = try TinyModel(PEFTConfiguration((3, [instance])))
    let tensors = try #require(model.attached).tensors
    #expect(tensors.map(\.parameter.shape.dimensions).allSatisfy { $0 == [12, 12] })
    let tape = Tape(recording: false)
    let product = tape.matmul(
      tape.parameter(tensors[1].parameter), tape.parameter(tensors[0].parameter))
    let frozen = try #require(model.backbone.linear(at: InsertionSite(layer: 0, point: .query)))
    expectClose(product.array.map { 2 * $0 }, frozen.weight.array, tolerance: 1e-5)
  }

  /// With m = ‖V‖ the magnitude divides out and what is left is LoRA.
  @Test func doraWithTheNormsOfItsDirectionIsLoRA() throws {
    let settings: [String: ParameterValue] = ["rank": .integer(3), "alpha-ratio": .number(2)]
    let lora = try perturbed("lora", settings)
    let dora = try perturbed("dora", settings)
    let merged = try #require(lora.attached).mergedTensors()
    for layer in 0..<3 {
      for part in ["A", "B"] {
        let site = "layer.\(layer).query"
        let source = try #require(lora.tensors.first { $0.name == "\(site).lora_\(part)" })
        try #require(dora.tensors.first { $0.name == "\(site).dora_\(part)" }).parameter
          .assign(source.parameter.array)
      }
      let direction = try #require(merged.first { $0.layer == layer })
      try #require(dora.tensors.first { $0.name == "layer.\(layer).query.dora_magnitude" })
        .parameter.assign(rowNorms(direction.values))
    }
    expectClose(dora.logits(), lora.logits(), tolerance: 1e-5)
  }

  @Test(arguments: [
    (768, 0, 24, 32), (768, 16, 16, 48), (768, 7, 6, 128), (12, 0, 3, 4), (13, 0, 1, 13),
    (384, 0, 16, 24), (16, 4, 4, 4),
  ])
  func extentsAreSplit(extent: Int, factor: Int, small: Int, large: Int) {
    let split = KroneckerShape.split(extent, factor: factor)
    #expect(split == (small, large))
  }

  /// The basis belongs to the method's settings and not to the trial.
  @Test func theSharedBasisIsTheSameInEveryTrial() throws {
    func basis(_ seed: Int, trial: UInt64) throws -> CanonicalForm.ScaledBasis {
      let instance = MethodInstance(
        "vera", ["rank": .integer(4), "basis-seed": .integer(seed)])
      let model = try TinyModel(PEFTConfiguration((3, [instance])), key: RandomKey(seed: trial))
      guard case .scaledBasis(let basis) = try #require(model.attached).canonicalForms[0].form
      else {
        throw MissingBasis()
      }
      return basis
    }
    let first = try basis(0, trial: 1)
    #expect(try basis(0, trial: 2) == first)
    #expect(try basis(1, trial: 1).a != first.a)
    #expect(first.a.allSatisfy { abs($0) <= Float((6.0 / 12).squareRoot()) })
    #expect(first.b.allSatisfy { abs($0) <= Float((6.0 / 4).squareRoot()) })
  }

  private struct MissingBasis: Error {}

  @Test func loraPlusGivesBItsOwnStep() throws {
    let instance = MethodInstance(
      "lora", ["rank": .integer(2), "b-rate-ratio": .number(16), "learning-rate": .number(0.001)])
    let model = try TinyModel(PEFTConfiguration((3, [instance])))
    let groups = try #require(model.attached).parameterGroups(learningRate: 0.5, weightDecay: 0)
    #expect(groups.map(\.learningRate) == [0.001, 0.016])
    #expect(groups[1].parameters.allSatisfy { $0.name.hasSuffix("lora_B") })
  }
}
