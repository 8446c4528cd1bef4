import Backbones
import Checkpoints
import Exports
import Foundation
import LinearAlgebra
import NeuralNets
import PEFTMethods
import TensorCore
import TestSupport

/// An imported adapter on the tiny BERT of the fixtures.
struct ImportedModel {
  let backbone: any Backbone
  let adapter: ImportedAdapter

  init(_ folder: String) throws {
    let source = try BackboneDirectory(path: Fixtures.url("bert/tiny").path)
    adapter = try ImportedAdapter.read(folder, backbone: source)
    backbone = try BackboneRegistry.load(source)
    let attached = try PEFTModelBuilder.attach(
      adapter.configuration, to: backbone, key: RandomKey(seed: 0))
    try attached.load(adapter.tensors)
  }

  /// Logits [2, 3] of the two sequences; where there is no head, the states of the first tokens.
  func outputs() throws -> [Float] {
    let head: (any PredictionHead)? = try adapter.head.map { try self.head($0) }
    let batch = TinySubject.batch
    let expanded = backbone.expanded(batch)
    let model = backbone
    return Tape.evaluate { (tape: Tape) -> [Float] in
      let hidden = model.hidden(batch, tape: tape)
      if let head { return head.logits(hidden: hidden, batch: expanded, tape: tape).array }
      let values: [Float] = hidden.array
      var rows: [Float] = []
      for row in expanded.offsets.dropLast() {
        rows += values[Int(row) * model.width..<(Int(row) + 1) * model.width]
      }
      return rows
    }
  }

  private struct MissingPooler: Error {}

  private func head(_ head: ImportedAdapter.Head) throws -> any PredictionHead {
    func linear(_ name: String) -> Linear {
      func parameter(_ part: String) -> Parameter {
        let tensor = head.tensors.first { $0.name == "head.\(name).\(part)" }
        return Parameter(
          path: name, shape: Shape(tensor?.shape ?? []), values: tensor?.values ?? [])
      }
      return Linear(weight: parameter("weight"), bias: parameter("bias"))
    }
    switch head.kind {
    case .pooler:
      guard let pooler = backbone.pooler else { throw MissingPooler() }
      return PoolerHead(pooler: pooler, output: linear("output"), dropout: 0)
    case .trainedPooler:
      return PoolerHead(pooler: linear("pooler"), output: linear("output"), dropout: 0)
    case .token:
      return TokenHead(output: linear("output"), dropout: 0)
    case .twoLayer:
      return TwoLayerHead(dense: linear("dense"), output: linear("output"), dropout: 0)
    }
  }
}
