import Checkpoints
import Foundation
import LinearAlgebra
import NeuralNets
import PEFTMethods
import SearchSpaces
import TensorCore
import TestSupport
import Testing

/// CoDA around a pre-LN layer, beside PyTorch.
@Suite struct CoDATests {
  /// A layer with CoDA attached.
  struct Model {
    let fixture: WeightReader
    let layer: PreNormLayer
    let attached: AttachedConfiguration

    init(_ context: String, reduction: Int = 2, fixtureValues: Bool = true) throws {
      fixture = try WeightReader(file: Fixtures.url("coda/\(context).safetensors").path)
      layer = try PreNormLayer(fixture)
      let instance = MethodInstance(
        "coda",
        [
          "bottleneck": .integer(4), "reduction": .integer(reduction), "context": .text(context),
          "smoothness": .number(0.3),
        ])
      attached = try PEFTModelBuilder.attach(
        PEFTConfiguration((1, [instance])), to: layer, key: RandomKey(seed: 3))
      guard fixtureValues else { return }
      for tensor in attached.tensors {
        tensor.parameter.assign(try expected("initial.\(Self.torchName(tensor.name))"))
      }
    }

    func expected(_ name: String) throws -> [Float] { Array(try fixture.tensor(name).values) }

    /// `layer.0.whole-layer.coda.down.weight` is `down.weight`, the router's matrix `router.weight`.
    static func torchName(_ name: String) -> String {
      let local = String(name.dropFirst("layer.0.whole-layer.coda.".count))
      return local == "router" ? "router.weight" : local
    }

    func input() throws -> Parameter {
      let x = Parameter(path: "x", shape: Shape(14, 12), values: try expected("x"))
      x.makeTrainable()
      return x
    }

    /// The mean squared error of the output.
    func loss(_ output: Tensor, tape: Tape) throws -> Tensor {
      let target = try expected("target")
      let flat = tape.reshape(output, Shape(output.count, 1))
      return tape.meanSquaredError(flat, targets: target)
    }
  }

  @Test(arguments: ["all", "chosen"])
  func forwardAndGradientsEqualTheReference(context: String) throws {
    let model = try Model(context)
    let tape = Tape(recording: true)
    let x = try model.input()
    let output = model.layer(tape.parameter(x), tape: tape)
    expectClose(output.array, try model.expected("output"), tolerance: 1e-5)
    tape.backward(from: try model.loss(output, tape: tape))
    let all = model.attached.tensors.map { (Model.torchName($0.name), $0.parameter) } + [("x", x)]
    for (name, parameter) in all {
      let expected = try model.expected("gradient.\(name)")
      let size = expected.map(abs).max() ?? 0
      #expect(size > 0)
      expectClose(parameter.gradientArray, expected, tolerance: 1e-4 * size)
    }
  }

  @Test(arguments: ["all", "chosen"])
  func tenLossesEqualTheReference(context: String) throws {
    let model = try Model(context)
    let optimizer = AdamW(
      model.attached.parameterGroups(learningRate: 5e-3, weightDecay: 0.01))
    let x = try model.expected("x")
    for expected in try model.expected("losses") {
      Gradients.zero(optimizer.parameters)
      let tape = Tape(recording: true)
      let output = model.layer(tape.constant(x, shape: Shape(14, 12)), tape: tape)
      let loss = try model.loss(output, tape: tape)
      #expect(abs(loss.scalar - expected) <= 1e-4 * abs(expected))
      tape.backward(from: loss)
      optimizer.step(factor: 1)
    }
  }

  /// With all tokens chosen and a bottleneck that starts at zero the layer is the frozen one.
  @Test(arguments: ["all", "chosen"])
  func choosingAllTokensIsTheFrozenLayer(context: String) throws {
    let model = try Model(context, reduction: 1, fixtureValues: false)
    let frozen = try PreNormLayer(model.fixture)
    let tape = Tape(recording: false)
    let x = tape.constant(try model.expected("x"), shape: Shape(14, 12))
    #expect(model.layer(x, tape: tape).array == frozen(x, tape: tape).array)
  }

  @Test func countsAreThoseOfTheBottleneckAndTheRouter() throws {
    let model = try Model("all")
    #expect(model.attached.actualCounts.trained == 2 * 12 * 4 + 4 + 12 + 12)
    let predicted = try PEFTModelBuilder.predictedCounts(
      model.attached.configuration,
      shape: BackboneShape(layers: 1, width: 12, feedForward: 20, heads: 3, normsComeFirst: true))
    #expect(predicted.trained == model.attached.actualCounts.trained)
    #expect(predicted.deployed == model.attached.actualCounts.deployed)
  }

  @Test func aLayerTakesOne() throws {
    let fixture = try WeightReader(file: Fixtures.url("coda/all.safetensors").path)
    let layer = try PreNormLayer(fixture)
    let configuration = PEFTConfiguration((1, [MethodInstance("coda", [:])]))
    _ = try PEFTModelBuilder.attach(configuration, to: layer, key: RandomKey(seed: 1))
    #expect(
      throws: MethodError.siteTaken(
        method: "coda", site: InsertionSite(layer: 0, point: .layer))
    ) {
      try PEFTModelBuilder.attach(configuration, to: layer, key: RandomKey(seed: 1))
    }
  }

  @Test func layersWithNormsBehindTheirBlocksAreRefused() throws {
    let error = #expect(throws: MethodError.self) {
      try TinyModel(PEFTConfiguration((3, [MethodInstance("coda", [:])])))
    }
    #expect(
      error?.description == "method 'coda' needs layers whose norms come before their blocks, and "
        + "this backbone's come behind them. Leave it out, or take a parallel-adapter, which is its "
        + "bottleneck alone.")
  }
}
