public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// A scaled bottleneck beside the feed-forward or attention block, or one beside each.
///
/// y = LN(u + s · (σ(x Dᵀ + c_d) Uᵀ + c_u) + x),   D: [b, D], U: [D, b], x: [T, D]
///
/// x is the block's residual input, u its output after its dropout; s multiplies c_u too.
/// - Trained = deployed: 2·D·b + b + D for each bottleneck; published (AutoPEFT): 2·D·b.
/// - Not mergeable: the activation stands between the two maps.
///
/// s is a constant: a learned one is not included. Beside the attention block the output is added
/// to u, after the output projection, as in AdapterHub; the paper's own RoBERTa code adds it before
/// that projection, which is not offered.
///
/// Reference: arXiv 2110.04366, table 1 and section 4.6; adapter-hub/adapters `ParBnConfig`;
/// jxhe/unify-parameter-efficient-tuning petl/petl_factory.py.
public struct ParallelAdapter: PEFTMethod {
  /// The blocks that have a bottleneck beside them.
  public enum Placement: String, CaseIterable, Sendable {
    case feedForward = "feed-forward"
    case attention
    case both

    public var points: [InsertionPoint] {
      switch self {
      case .feedForward: [.feedForwardBlock]
      case .attention: [.attentionBlock]
      case .both: [.attentionBlock, .feedForwardBlock]
      }
    }
  }

  public static let schema = MethodSchema(
    name: "parallel-adapter",
    summary: "A scaled bottleneck beside the feed-forward or attention block, or beside each.",
    scope: .layer,
    parameters: [
      ParameterSchema(
        "placement", .choice(Placement.allCases.map(\.rawValue)),
        default: .text(Placement.feedForward.rawValue),
        "The block it stands beside, or 'both' for a bottleneck beside each; the feed-forward block "
          + "by default, the better of the two in arXiv 2110.04366, section 4.4."),
      BottleneckSettings.size,
      ParameterSchema(
        "scale", .number(0.01...64), default: .number(4),
        "s, the constant factor of the bottleneck's output; 4 in AdapterHub, AutoPEFT and the "
          + "paper's large runs."),
      BottleneckSettings.activation(default: .relu, "ReLU is that of the paper."),
      BottleneckSettings.initialisation(default: .mam, "'mam' is that of the paper."),
      BottleneckSettings.dropout,
      .learningRate,
    ],
    sizeParameter: "bottleneck",
    references: [
      "He et al. 2022, arXiv 2110.04366", "adapter-hub/adapters: ParBnConfig",
      "jxhe/unify-parameter-efficient-tuning",
    ],
    countFormula: "(2·D·b + b + D) for each bottleneck; both has two in a layer",
    isMergeable: false,
    parameterCounts: counting { (method: ParallelAdapter, shape) in
      return BottleneckSettings.counts(
        method.settings.size, width: shape.width, sites: method.placement.points.count)
    })

  public let placement: Placement
  public let learningRate: Double?
  public let deployed: MethodInstance
  let settings: BottleneckSettings

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    placement = values.choice("placement")
    learningRate = values.learningRate
    deployed = values.complete
    settings = BottleneckSettings(
      size: values.integer("bottleneck"), activation: values.choice("activation"),
      initialisation: values.choice("init"), dropout: Float(values.number("dropout")),
      scale: Float(values.number("scale")))
  }

  public var startsAsIdentity: Bool { settings.initialisation == .mam }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    var attachment = Attachment()
    for layer in layers {
      for point in placement.points {
        try attachment.add(
          settings, wiring: .branchInput, method: Self.schema.name,
          site: InsertionSite(layer: layer, point: point), host: host, learningRate: learningRate,
          key: key)
      }
    }
    return attachment
  }
}
