public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// Trains every weight of a layer in place: the baselines of full and of top-k fine-tuning.
///
/// Groups choose the layers: the last k alone give top-k layers; all of them, with `embeddings` of
/// all parts beside them, give full fine-tuning. The key bias is stored and not trained, as its
/// gradient is exactly zero (see `BitFit`).
/// - Deployed = published: P = 4(D² + D) + 2·D·F + F + D + 4·D for each layer.
/// - Trained: P − D.
///
/// Reference: arXiv 1911.03090 (top-k layers).
public struct FullFineTuning: PEFTMethod {
  public static let schema = MethodSchema(
    name: "full",
    summary: "Trains every weight of the layer in place (full fine-tuning, top-k layers).",
    scope: .layer,
    parameters: [.learningRate],
    sizeParameter: nil,
    references: ["Lee et al. 2019 (top-k layers), arXiv 1911.03090"],
    countFormula: "4(D² + D) + 2·D·F + F + D + 4·D deployed, D fewer trained (the key bias)",
    isMergeable: true,
    parameterCounts: counting { (_: FullFineTuning, shape) in
      let all = shape.layerParameterCount
      return ParameterCounts(trained: all - shape.width, deployed: all, published: all)
    },
    claims: claiming { (_: FullFineTuning, _) in
      let maps = InsertionPoint.linearMaps.flatMap {
        ["\($0.rawValue).weight", "\($0.rawValue).bias"]
      }
      let norms = ["attention-norm", "feed-forward-norm"].flatMap {
        ["\($0).scale", "\($0).shift"]
      }
      return maps + norms
    })

  public let learningRate: Double?
  public let deployed: MethodInstance

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    learningRate = values.learningRate
    deployed = values.complete
  }

  public var startsAsIdentity: Bool { true }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    var attachment = Attachment()
    for layer in layers {
      for tensor in host.parameters(layer: layer) {
        attachment.rewrite(
          tensor, layer: layer, method: Self.schema.name, learningRate: learningRate,
          isTrained: tensor.name != BitFit.keyBias)
      }
    }
    return attachment
  }
}

extension InsertionPoint {
  /// The points that are linear maps with a weight and a bias.
  static let linearMaps: [InsertionPoint] = [
    .query, .key, .value, .attentionOutput, .feedForwardIn, .feedForwardOut,
  ]
}
