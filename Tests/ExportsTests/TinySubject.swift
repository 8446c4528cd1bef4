import Backbones
import Checkpoints
import Exports
import Foundation
import LinearAlgebra
import NeuralNets
import PEFTMethods
import SearchSpaces
import TensorCore
import TestSupport

/// A configuration on the tiny BERT of the fixtures with drawn values in every trained tensor.
enum TinySubject {
  enum Head {
    case pooler
    case trainedPooler
    case token
    case twoLayer
  }

  static let batch = PackedBatch(sequences: [
    (ids: [2, 7, 9, 3], types: [0, 0, 0, 0]),
    (ids: [2, 11, 3, 40, 41, 3], types: [0, 0, 0, 1, 1, 1]),
  ])

  static func make(
    _ groups: [LayerGroup], model: [MethodInstance] = [], head kind: Head
  ) throws -> ExportSubject {
    let source = try BackboneDirectory(path: Fixtures.url("bert/tiny").path)
    let backbone = try BackboneRegistry.load(source)
    let key = RandomKey(seed: 3)
    let attached = try PEFTModelBuilder.attach(
      PEFTConfiguration(groups: groups, model: model, training: TrainingSettings()), to: backbone,
      key: key)
    let head = try self.head(kind, backbone, key: key)
    var trained = attached.tensors.filter(\.isTrained).map(\.parameter)
    trained += head.parameters.map(\.parameter)
    if kind == .trainedPooler, let pooler = backbone.pooler {
      pooler.weight.makeTrainable()
      pooler.bias?.makeTrainable()
      trained += [pooler.weight] + (pooler.bias.map { [$0] } ?? [])
    }
    var random = CounterRandom(key.derived("values"))
    for parameter in trained {
      parameter.assign(parameter.array.map { $0 + Float(0.2 * random.normal()) })
    }
    return ExportSubject(
      attached: attached, backbone: backbone, head: head, source: source, baseModelName: "tiny",
      labels: ["no", "yes", "maybe"],
      provenance: ExportSubject.Provenance(
        run: "r", trial: 4, task: "t", metric: "accuracy", score: 0.5, programVersion: "0"))
  }

  private static func head(
    _ kind: Head, _ backbone: any Backbone, key: RandomKey
  ) throws -> any PredictionHead {
    switch kind {
    case .token:
      return TokenHead(width: backbone.width, outputCount: 3, dropout: 0, key: key)
    case .twoLayer:
      return TwoLayerHead(width: backbone.width, outputCount: 3, dropout: 0, key: key)
    case .pooler, .trainedPooler:
      guard let pooler = backbone.pooler else { throw MissingPooler() }
      return PoolerHead(pooler: pooler, outputCount: 3, dropout: 0, key: key)
    }
  }

  private struct MissingPooler: Error {}

  /// Runs a body in a folder of its own that is removed afterwards.
  static func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "autopeft-export-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }
}
