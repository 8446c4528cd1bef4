import Checkpoints
import NeuralNets
import TensorCore

extension PredictionHead {
  /// A head of the same kind over another backbone, with its own parameters from a file.
  func copy(from reader: WeightReader, backbone: any Backbone) throws -> any PredictionHead {
    func linear(_ name: String, like own: Linear) throws -> Linear {
      try reader.linear(name, weight: own.weight.shape)
    }
    switch self {
    case let head as PoolerHead:
      let pooler =
        reader.contains("pooler.weight")
        ? try linear("pooler", like: head.pooler) : backbone.pooler ?? head.pooler
      return PoolerHead(pooler: pooler, output: try linear("output", like: head.output), dropout: 0)
    case let head as TwoLayerHead:
      return TwoLayerHead(
        dense: try linear("dense", like: head.dense),
        output: try linear("output", like: head.output), dropout: 0)
    case let head as TokenHead:
      return TokenHead(output: try linear("output", like: head.output), dropout: 0)
    default:
      throw ExportError.damaged(file: reader.path, reason: "the head's kind is not known")
    }
  }
}

extension WeightReader {
  /// A linear layer with a bias: `name.weight` [out, in] and `name.bias` [out].
  func linear(_ name: String, weight shape: Shape) throws -> Linear {
    Linear(
      weight: try parameter("\(name).weight", shape: shape),
      bias: try parameter("\(name).bias", shape: Shape(shape[0])))
  }
}
