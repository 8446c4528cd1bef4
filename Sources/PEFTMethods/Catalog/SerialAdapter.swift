public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// A bottleneck behind the attention or feed-forward block, before the residual sum.
///
/// E(z) = σ(z Dᵀ + c_d) Uᵀ + c_u,   D: [b, D], U: [D, b], z: [T, D]
/// - Houlsby:  y = LN(u + E(u) + x), at both blocks of a layer or at one of them.
/// - Pfeiffer: y = LN(u + E(LN(u + x)) + x), the block's own norm applied twice; at the
///   feed-forward block, or at the attention block.
///
/// u is the block's output after its dropout, x its residual input, LN its closing norm. The
/// backbone's norms stay frozen, as in AdapterHub; `bitfit` with the norm terms tunes their shifts.
/// - Trained = deployed: 2·D·b + b + D for each bottleneck; published (AutoPEFT): 2·D·b.
/// - Not mergeable: the activation stands between the two maps.
///
/// Reference: arXiv 1902.00751, section 2 (Houlsby); arXiv 2005.00247 and 2005.00052 (Pfeiffer);
/// adapter-hub/adapters src/adapters/methods/{bottleneck,modeling}.py.
public struct SerialAdapter: PEFTMethod {
  /// Which blocks get a bottleneck and what it reads.
  public enum Placement: String, CaseIterable, Sendable {
    case pfeiffer
    case pfeifferAttention = "pfeiffer-attention"
    case houlsby
    case houlsbyAttention = "houlsby-attention"
    case houlsbyFeedForward = "houlsby-feed-forward"

    public var points: [InsertionPoint] {
      switch self {
      case .pfeiffer, .houlsbyFeedForward: [.feedForwardBlock]
      case .pfeifferAttention, .houlsbyAttention: [.attentionBlock]
      case .houlsby: [.attentionBlock, .feedForwardBlock]
      }
    }

    public var wiring: CanonicalForm.Bottleneck.Wiring {
      switch self {
      case .pfeiffer, .pfeifferAttention: .closedBranch
      case .houlsby, .houlsbyAttention, .houlsbyFeedForward: .branchOutput
      }
    }
  }

  public static let schema = MethodSchema(
    name: "adapter",
    summary: "A bottleneck behind the attention or feed-forward block (Houlsby, Pfeiffer).",
    scope: .layer,
    parameters: [
      ParameterSchema(
        "placement", .choice(Placement.allCases.map(\.rawValue)),
        default: .text(Placement.pfeiffer.rawValue),
        "'pfeiffer': one after the feed-forward block, reading its normed sum, the default as it "
          + "is half of Houlsby's size at like quality; 'houlsby': one after each block, reading "
          + "the block's output; the others: one block only."),
      BottleneckSettings.size,
      BottleneckSettings.activation(default: .relu, "ReLU is that of Pfeiffer and of AutoPEFT."),
      BottleneckSettings.initialisation(default: .bert, "AdapterHub starts with 'bert'."),
      BottleneckSettings.dropout,
      .learningRate,
    ],
    sizeParameter: "bottleneck",
    references: [
      "Houlsby et al. 2019, arXiv 1902.00751", "Pfeiffer et al. 2021, arXiv 2005.00247",
      "adapter-hub/adapters: DoubleSeqBnConfig, SeqBnConfig",
    ],
    countFormula: "(2·D·b + b + D) for each bottleneck; houlsby has two in a layer",
    isMergeable: false,
    parameterCounts: counting { (method: SerialAdapter, shape) in
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
      initialisation: values.choice("init"), dropout: Float(values.number("dropout")), scale: 1)
  }

  public var startsAsIdentity: Bool { settings.initialisation == .mam }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    var attachment = Attachment()
    for layer in layers {
      for point in placement.points {
        try attachment.add(
          settings, wiring: placement.wiring, method: Self.schema.name,
          site: InsertionSite(layer: layer, point: point), host: host, learningRate: learningRate,
          key: key)
      }
    }
    return attachment
  }
}
