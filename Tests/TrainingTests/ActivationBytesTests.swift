import Backbones
import LinearAlgebra
import NeuralNets
import PEFTMethods
import SearchSpaces
import TensorCore
import Testing

@testable import Training

/// The predicted cost `activation-bytes` against what a tape holds after the forward pass.
@Suite struct ActivationBytesTests {
  /// Four sequences of eight tokens, so that every tensor fills whole cache lines.
  private let batch = PackedBatch(
    sequences: (0..<4).map { row in
      (ids: (0..<8).map { Int32((row + $0) % 5) }, types: [Int32](repeating: 0, count: 8))
    })

  private static let lora = MethodInstance(
    "lora", ["rank": .integer(16), "targets": .list(["query"])])

  @Test(arguments: [0, 1], [0, 0.1])
  func predictedBytesAreHeld(lowestTuned: Int, dropout: Double) throws {
    try expectPredictedBytes(
      PEFTConfiguration(
        groups: (0..<2).map {
          LayerGroup(layers: 1, methods: $0 >= lowestTuned ? [Self.lora] : [])
        },
        training: TrainingSettings(batch: 4, maximumLength: 8, backboneDropout: dropout)))
  }

  /// Eight rows in front of each text: 64 rows in all, which fill whole cache lines too.
  @Test(arguments: [0, 0.1])
  func predictedBytesHoldInsertedRows(dropout: Double) throws {
    try expectPredictedBytes(
      PEFTConfiguration(
        groups: [LayerGroup(layers: 2, methods: [])],
        model: [MethodInstance("prompt-tuning", ["length": .integer(8)])],
        training: TrainingSettings(batch: 4, maximumLength: 8, backboneDropout: dropout)))
  }

  private func expectPredictedBytes(_ configuration: PEFTConfiguration) throws {
    let folder = try TemporaryFolder()
    let source = try BackboneSource(
      name: try TinyBackbone.make(in: folder), dropout: configuration.training.backboneDropout)
    let model = try FineTunedModel(
      backbone: source.backbone, configuration: configuration, headKind: .automatic, outputCount: 2,
      headDropout: 0, key: RandomKey(seed: 1))
    let tape = Tape(recording: true)
    tape.noise = RandomKey(seed: 2)
    _ = model.backbone.hidden(batch, tape: tape)
    let predicted = TrialCosts(
      of: configuration,
      on: BackboneShape(layers: 2, width: 16, feedForward: 32, heads: 2),
      schemas: Dictionary(
        uniqueKeysWithValues: MethodRegistry.schemas.map { ($0.name, $0) }))
    #expect(tape.usedBytes == predicted.activationBytes)
  }
}
