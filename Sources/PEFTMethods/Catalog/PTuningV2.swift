public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// Trained keys and values in front of those of every layer, the text's positions behind them.
///
/// K' = [drop(P_K); K], V' = [drop(P_V); V] in each layer, P_K, P_V: [P, D]; the text's positions
/// start at P, as if the prefix were P tokens that have gone by.
///
/// It is `prefix` with `mlp-width: 0` in all layers but for two things that its authors' code and
/// PEFT have and AdapterHub has not: positions move, which is the whole model's affair and no
/// layer's, and dropout on the prefix. Rows start in N(0, 0.02²). The optional MLP, of no steady use
/// in the paper, is left out.
/// - Trained = deployed = published: 2·P·D·L.
/// - Never the identity; not mergeable.
///
/// Reference: arXiv 2110.07602, section 3; THUDM/P-tuning-v2 model/prefix_encoder.py;
/// huggingface/peft: PrefixTuningConfig with prefix_projection off.
public struct PTuningV2: PEFTMethod {
  public static let schema = MethodSchema(
    name: "p-tuning-v2",
    summary: "Trained keys and values in every layer, the text's positions moved behind them.",
    scope: .model,
    parameters: [
      ParameterSchema(
        "length", .integer(1...4096), default: .integer(20),
        "P, trained rows of each layer, whose positions they take; 20 as in PEFT's example, the "
          + "authors' scripts have 8 to 224."),
      .dropout(
        "Share of the prefix set to zero while training; 0 by default as in PEFT, 0.1 in the "
          + "authors' scripts."),
      .learningRate,
    ],
    sizeParameter: "length",
    references: [
      "Liu et al. 2022, arXiv 2110.07602", "huggingface/peft: PrefixTuningConfig",
    ],
    countFormula: "2·P·D·L, once for the model",
    isMergeable: false,
    parameterCounts: counting { (method: PTuningV2, shape) in
      let count = 2 * method.length * shape.width * shape.layers
      return ParameterCounts(trained: count, deployed: count, published: count)
    },
    takenPositions: inserting { (method: PTuningV2) in method.length })

  public let length: Int
  public let dropout: Double
  public let learningRate: Double?
  public let deployed: MethodInstance

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    length = values.integer("length")
    dropout = values.number("dropout")
    learningRate = values.learningRate
    deployed = values.complete
  }

  public var startsAsIdentity: Bool { false }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    let name = Self.schema.name
    try host.requireRoom(rows: length, for: name)
    let maker = PrefixMaker(
      method: name, length: length, width: host.width, mlpWidth: 0, key: key)
    var attachment = Attachment()
    for layer in 0..<host.layerCount {
      let site = InsertionSite(layer: layer, point: .attention)
      try host.requireFree(site, for: name)
      let prefix = PrefixAdapter(
        source: maker.flat(layer: layer), path: maker.path(layer: layer), dropout: Float(dropout))
      host.attach(prefix, at: site)
      attachment.record(prefix, method: name, site: site, learningRate: learningRate)
    }
    let shift = PositionShift(length)
    host.attach(shift, at: .embeddings)
    attachment.record(shift, method: name, site: .embeddings, learningRate: nil)
    return attachment
  }
}
