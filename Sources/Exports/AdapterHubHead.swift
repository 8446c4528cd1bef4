import Checkpoints
import NeuralNets
import TensorCore

/// A prediction head as AdapterHub's `ClassificationHead` holds it.
///
/// One layer on the pooled output of a frozen pooler, or one or two layers on the first token; a
/// trained pooler is the first of two layers with tanh between them. A regression is a head with
/// one label. Module i of a head is `heads.NAME.i`: dropout, linear, then tanh, dropout, linear.
///
/// Reference: adapter-hub/adapters src/adapters/heads/base.py.
struct AdapterHubHead {
  /// The linear maps in their order.
  let layers: [Linear]
  let usesPooler: Bool

  static let refusal =
    "the head is neither a pooled one nor one or two layers on the first token."

  private static let activation = ConfigValue.text("tanh")
  private static let type = ConfigValue.text("classification")

  /// The head in this form; nil for one of another kind.
  init?(_ head: any PredictionHead) {
    switch head {
    case let head as PoolerHead where head.pooler.weight.isTrainable:
      layers = [head.pooler, head.output]
      usesPooler = false
    case let head as PoolerHead:
      layers = [head.output]
      usesPooler = true
    case let head as TwoLayerHead:
      layers = [head.dense, head.output]
      usesPooler = false
    case let head as TokenHead:
      layers = [head.output]
      usesPooler = false
    default: return nil
    }
  }

  /// The places of the linear maps among the modules of a head.
  private static func module(_ layer: Int) -> String {
    "heads.\(AdapterHubModel.adapterName).\(3 * layer + 1)"
  }

  /// The member `config` of `head_config.json`.
  func configuration(labels: [String], outputCount: Int) -> ConfigValue {
    var numbers: [String: ConfigValue] = [:]
    for (number, label) in labels.enumerated() where numbers[label] == nil {
      numbers[label] = .integer(number)
    }
    return .map([
      "head_type": Self.type, "num_labels": .integer(outputCount),
      "layers": .integer(layers.count),
      "activation_function": layers.count > 1 ? Self.activation : .null,
      "use_pooler": .flag(usesPooler), "bias": .flag(true), "dropout_prob": .null,
      "label2id": labels.isEmpty ? .null : .map(numbers),
    ])
  }

  var tensors: [NamedTensor] {
    layers.enumerated().flatMap { NamedTensor.linear($1, Self.module($0)) }
  }

  /// The head that the library builds from a file.
  static func load(
    _ configuration: AdapterHubConfiguration, _ tensors: UntakenTensors,
    backbone: any Backbone, outputCount: Int
  ) throws -> any PredictionHead {
    guard configuration.fields["head_type"] == type else {
      throw configuration.fault("head_type", expected: type.json)
    }
    guard try configuration.integer("num_labels") == outputCount else {
      throw configuration.fault("num_labels", expected: String(outputCount))
    }
    func linear(_ layer: Int, to width: Int) throws -> Linear {
      Linear(
        weight: try tensors.parameter("\(module(layer)).weight", [width, backbone.width]),
        bias: try tensors.parameter("\(module(layer)).bias", [width]))
    }
    switch (try configuration.integer("layers"), try configuration.flag("use_pooler")) {
    case (1, true):
      guard let pooler = backbone.pooler else {
        throw configuration.fault("use_pooler", expected: "false for a backbone without a pooler")
      }
      return PoolerHead(pooler: pooler, output: try linear(0, to: outputCount), dropout: 0)
    case (1, false):
      return TokenHead(output: try linear(0, to: outputCount), dropout: 0)
    case (2, false):
      guard configuration.fields["activation_function"] == activation else {
        throw configuration.fault("activation_function", expected: activation.json)
      }
      return TwoLayerHead(
        dense: try linear(0, to: backbone.width), output: try linear(1, to: outputCount),
        dropout: 0)
    default:
      throw configuration.fault("layers", expected: "1, or 2 without the pooler")
    }
  }
}
