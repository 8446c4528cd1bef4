import Checkpoints
import NeuralNets
import TensorCore

extension NamedTensor {
  init(_ name: String, _ parameter: Parameter) {
    self.init(name: name, shape: parameter.shape.dimensions, values: parameter.array)
  }

  /// Weight and bias of a linear layer under a module's name.
  static func linear(_ linear: Linear, _ module: String) -> [NamedTensor] {
    [NamedTensor("\(module).weight", linear.weight)]
      + (linear.bias.map { [NamedTensor("\(module).bias", $0)] } ?? [])
  }
}

extension WeightReader {
  /// The head of a task class: its own classifier, and its pooler or else the backbone's.
  func pooledHead(
    _ model: TaskModel, prefix: String, backbone: any Backbone, outputCount: Int
  ) throws -> PoolerHead {
    let width = backbone.width
    let hasOwnPooler = contains("\(prefix)\(model.pooler).weight")
    let own = try hasOwnPooler ? linear(prefix + model.pooler, weight: Shape(width, width)) : nil
    guard let pooler = own ?? backbone.pooler else {
      throw ExportError.missingTensor(file: path, name: "\(prefix)\(model.pooler).weight")
    }
    return PoolerHead(
      pooler: pooler,
      output: try linear(prefix + model.classifier, weight: Shape(outputCount, width)), dropout: 0)
  }
}
