import LinearAlgebra
import NeuralNets
import TensorCore
import Testing

/// What every backbone gets from the protocol, on one whose layers are single linear maps.
@Suite struct BackboneTests {
  private final class LinearStack: Backbone {
    let maps: [Linear]
    let width = 8
    let headCount = 1
    let maximumLength = 16
    let pooler: Linear? = nil
    /// Whether the input of each layer required a gradient in the last forward.
    var inputsWithGradient: [Bool] = []

    init(layers: Int) {
      maps = (0..<layers).map { normalLinear("layer.\($0)", from: 8, to: 8) }
    }

    var layerCount: Int { maps.count }

    func embedded(_ batch: PackedBatch, tape: Tape) -> Tensor {
      let shape = Shape(batch.tokenCount, width)
      return tape.constant(normalNumbers("tokens", shape.count), shape: shape)
    }

    func layer(_ index: Int, _ hidden: Tensor, batch: PackedBatch, tape: Tape) -> Tensor {
      inputsWithGradient.append(hidden.requiresGradient)
      return tape.tanh(maps[index](hidden, tape: tape))
    }

    func insertionPoints(layer: Int) -> [InsertionPoint] { [] }
    func linear(at site: InsertionSite) -> Linear? { nil }
    func attach(_ adapter: any LinearAdapter, at site: InsertionSite) {}
    func attach(_ adapter: any HiddenAdapter, at site: InsertionSite) {}
    func attach(_ adapter: any AttentionAdapter, at site: InsertionSite) {}
    func isTaken(_ site: InsertionSite) -> Bool { false }
    func attach(_ adapter: any EmbeddingAdapter, at site: InsertionSite) {}
    func attach(_ adapter: any InputAdapter, at site: InsertionSite) {}

    func parameters(layer: Int?) -> [HostParameter] {
      guard let layer else { return [] }
      return [HostParameter(name: "map.weight", role: .weight, parameter: maps[layer].weight)]
    }
  }

  private let batch = PackedBatch(sequences: [
    (ids: [1, 2, 3], types: [0, 0, 0]), (ids: [4], types: [0]),
  ])

  @Test func layersFollowEachOther() {
    let backbone = LinearStack(layers: 3)
    let tape = Tape(recording: false)
    var expected = backbone.embedded(batch, tape: tape)
    for index in 0..<3 {
      expected = backbone.layer(index, expected, batch: batch, tape: tape)
    }
    #expect(backbone.hidden(batch, tape: tape).array == expected.array)
  }

  @Test func laterLayersContinueFromAKeptState() {
    let backbone = LinearStack(layers: 4)
    let tape = Tape(recording: false)
    var kept = backbone.embedded(batch, tape: tape)
    for index in 0..<2 { kept = backbone.layer(index, kept, batch: batch, tape: tape) }
    let before = kept.array
    let rest = backbone.hidden(batch, from: kept, layer: 2, tape: tape)
    #expect(rest.array == backbone.hidden(batch, tape: tape).array)
    #expect(kept.array == before, "the kept state belongs to the caller")
  }

  /// Layers 0 and 1 record nothing: their outputs, the inputs of 1 and 2, need no gradient.
  @Test func backwardEndsAtTheLowestTrainedLayer() {
    let backbone = LinearStack(layers: 4)
    backbone.maps[2].weight.makeTrainable()
    let tape = Tape(recording: true)
    let output = backbone.hidden(batch, tape: tape)
    #expect(backbone.inputsWithGradient == [false, false, false, true])
    tape.backward(
      from: tape.meanSquaredError(output, targets: [Float](repeating: 0, count: output.count)))
    #expect(backbone.maps[2].weight.gradientArray.contains { $0 != 0 })
    #expect([0, 1, 3].allSatisfy { backbone.maps[$0].weight.gradient.isEmpty })
  }

  @Test func parametersAreThoseOfAllLayersInOrder() {
    let backbone = LinearStack(layers: 3)
    #expect(
      backbone.parameters.map(\.parameter.path)
        == ["layer.0.weight", "layer.1.weight", "layer.2.weight"])
  }
}
