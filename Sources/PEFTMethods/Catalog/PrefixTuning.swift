public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// Trained keys and values that every query of a layer sees before those of the sequence.
///
/// K' = [P_K; K], V' = [P_V; V],   P_K, P_V: [P, D], heads side by side; they do not pass through
/// the key and value maps, and positions of real tokens are not shifted.
///
/// With `mlp-width` w > 0 they are made while training as P_K = tanh(E W₁ᵀ + b₁) W_Kᵀ + b_K and the
/// like for P_V, E: [P, D], W₁: [w, D], W_K, W_V: [D, w], and folded to plain P_K, P_V afterwards.
/// E, W₁ and b₁ are shared by **all layers that hold an equal instance**, adjacent or not, as one
/// AdapterHub adapter shares them over its layers; layers with another instance (another length or
/// width) have their own. They carry the name of the first of these layers.
/// - Deployed = published: 2·P·D for each layer.
/// - Trained: the same where w = 0; else 2·(D·w + D) for each layer and P·D + w·D + w once.
/// - Never the identity: even zero keys take attention away from the sequence. Not mergeable.
///
/// Each layer computes the small inner product E W₁ᵀ again, so that no state outlives a step.
///
/// Reference: arXiv 2101.00190, section 4; adapter-hub/adapters src/adapters/methods/
/// prefix_tuning.py.
public struct PrefixTuning: PEFTMethod {
  public static let schema = MethodSchema(
    name: "prefix",
    summary: "Trained keys and values in front of those of the sequence, flat or behind an MLP.",
    scope: .layer,
    parameters: [
      ParameterSchema(
        "length", .integer(1...4096), default: .integer(10),
        "P, trained positions for each layer; 10 is the baseline of AutoPEFT."),
      ParameterSchema(
        "mlp-width", .integer(0...8192), default: .integer(512),
        "w, the inner width of the MLP that makes the prefix while training and is folded "
          + "afterwards; 0 trains the prefix itself, which is less stable. 512 is AdapterHub's "
          + "and the paper's default, 800 that of AutoPEFT."),
      .learningRate,
    ],
    sizeParameter: "length",
    references: [
      "Li and Liang 2021, arXiv 2101.00190", "adapter-hub/adapters: PrefixTuningConfig",
    ],
    countFormula:
      "2·P·D for each layer deployed; trained behind an MLP: 2·(D·w + D) for each layer and "
      + "P·D + w·D + w once",
    isMergeable: false,
    parameterCounts: counting { (method: PrefixTuning, shape) in
      let folded = 2 * method.length * shape.width
      let trained =
        method.mlpWidth == 0 ? folded : 2 * (shape.width * method.mlpWidth + shape.width)
      return ParameterCounts(trained: trained, deployed: folded, published: folded)
    },
    sharedCounts: counting { (method: PrefixTuning, shape) in
      guard method.mlpWidth > 0 else { return .zero }
      let inner = shape.width * method.mlpWidth + method.mlpWidth
      return ParameterCounts(
        trained: method.length * shape.width + inner, deployed: 0, published: 0)
    })

  public let length: Int
  public let mlpWidth: Int
  public let learningRate: Double?
  private let complete: MethodInstance

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    length = values.integer("length")
    mlpWidth = values.integer("mlp-width")
    learningRate = values.learningRate
    complete = values.complete
  }

  public var startsAsIdentity: Bool { false }

  /// The same length without the MLP.
  public var deployed: MethodInstance {
    var flat = complete
    flat.parameters["mlp-width"] = .integer(0)
    return flat
  }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    let maker = PrefixMaker(length: length, width: host.width, mlpWidth: mlpWidth, key: key)
    let shared = mlpWidth > 0 ? layers.first.map(maker.sharedInner) : nil
    var attachment = Attachment()
    if let shared {
      attachment.record(
        shared.parameters, kind: .reparametrisation, method: Self.schema.name,
        learningRate: learningRate)
    }
    for layer in layers {
      let site = InsertionSite(layer: layer, point: .attention)
      try host.requireFree(site, for: Self.schema.name)
      let adapter = PrefixAdapter(
        source: shared.map { maker.outer(of: $0, layer: layer) } ?? maker.flat(layer: layer),
        path: maker.path(layer: layer))
      host.attach(adapter, at: site)
      attachment.adapters.append(
        PlacedAdapter(method: Self.schema.name, site: site, adapter: adapter))
      attachment.record(
        adapter.ownParameters, kind: shared == nil ? .added : .reparametrisation,
        method: Self.schema.name, learningRate: learningRate)
    }
    return attachment
  }
}
