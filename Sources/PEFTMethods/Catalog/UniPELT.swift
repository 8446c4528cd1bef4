public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// A bottleneck, a prefix and a low-rank update together, each behind a gate of its own.
///
/// Prefix:  K' = [g_p(x) · P_K; K], V' = [g_p(x) · P_V; V]
/// LoRA:    q + g_q(x) · (x A_qᵀ) B_qᵀ and the same for the values, x: [T, D] the layer's input
/// Adapter: y = LN(u + g_a(z) · E(z) + a), z = LN(u + a), E(z) = σ(z Dᵀ + c_d) Uᵀ + c_u
///
/// u is the feed-forward block's output, a its residual input, LN its closing norm (Pfeiffer's
/// wiring). Every gate is one number for a sequence, g(x) = mean over its tokens of σ(x wᵀ + c), and
/// all start near ½. The gate of a low-rank update stands in the place of α/R, which has no effect in
/// the authors' code and in AdapterHub, and is no parameter here.
///
/// The gates see real tokens alone. With `padding` they are the authors': every batch is padded to its
/// longest sentence, padding goes through all layers behind the attention's mask, and the mean goes over
/// it too, so that a sentence's logits depend on the longest one of its batch. On single sentences both
/// are the same.
///
/// With `rank` 0 it is the paper's UniPELT (AP). The MLP of the prefix is that of `prefix`: shared by
/// all layers that hold an equal instance, and folded afterwards.
/// - Deployed = published: 2·D·b + b + D + 2·P·D + 4·R·D for each layer, and D + 1 for each gate: 2, or
///   4 with R > 0.
/// - Trained: 2·(D·w + D) in place of 2·P·D where w > 0, and P·D + w·D + w once.
/// - Never the identity; not mergeable, as the gates depend on the input.
///
/// Reference: arXiv 2110.07577, section 3; morningmoni/UniPELT; adapter-hub/adapters
/// `UniPELTConfig`. The paper draws one gate for LoRA on query and key; its code, and this, has two on
/// query and value.
public struct UniPELT: PEFTMethod {
  public static let schema = MethodSchema(
    name: "unipelt",
    summary: "Bottleneck, prefix and low-rank update together, each behind a gate (UniPELT).",
    scope: .layer,
    parameters: [
      BottleneckSettings.size,
      BottleneckSettings.activation(default: .relu, "ReLU is that of AdapterHub."),
      ParameterSchema(
        "length", .integer(1...4096), default: .integer(10),
        "P, trained positions for each layer; 10 in the paper and in AdapterHub."),
      ParameterSchema(
        "mlp-width", .integer(0...8192), default: .integer(512),
        "w, the inner width of the MLP that makes the prefix while training and is folded "
          + "afterwards; 0 trains the prefix itself. 512 is AdapterHub's."),
      ParameterSchema(
        "rank", .integer(0...8192), default: .integer(8),
        "R, the rank of the updates of query and value; 8 in the paper, 0 leaves them out: UniPELT "
          + "(AP)."),
      ParameterSchema(
        "padding", .flag, default: .flag(false),
        "Gates read the padding of the batch too, as in the authors' code and in AdapterHub; logits "
          + "depend on the batch then. Off by default: a sentence's logits are its own."),
      .learningRate,
    ],
    sizeParameter: "bottleneck",
    references: [
      "Mao et al. 2022, arXiv 2110.07577", "adapter-hub/adapters: UniPELTConfig",
      "morningmoni/UniPELT",
    ],
    countFormula:
      "2·D·b + b + D + 2·P·D + 4·R·D and D + 1 for each of 2 gates (4 with R > 0) in each layer "
      + "deployed; trained behind an MLP: 2·(D·w + D) for 2·P·D, and P·D + w·D + w once",
    isMergeable: false,
    parameterCounts: counting { (method: UniPELT, shape) in
      let width = shape.width
      let prefix = 2 * method.length * width
      let gates = (method.rank > 0 ? 4 : 2) * (width + 1)
      let others =
        BottleneckSettings.counts(method.bottleneck.size, width: width, sites: 1).trained
        + 4 * method.rank * width + gates
      let mlp = 2 * (width * method.mlpWidth + width)
      return ParameterCounts(
        trained: others + (method.mlpWidth > 0 ? mlp : prefix), deployed: others + prefix,
        published: others + prefix)
    },
    sharedCounts: counting { (method: UniPELT, shape) in
      guard method.mlpWidth > 0 else { return .zero }
      let inner = shape.width * method.mlpWidth + method.mlpWidth
      return ParameterCounts(
        trained: method.length * shape.width + inner, deployed: 0, published: 0)
    })

  public let length: Int
  public let mlpWidth: Int
  public let rank: Int
  public let padding: Bool
  public let learningRate: Double?
  let bottleneck: BottleneckSettings
  private let complete: MethodInstance

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    length = values.integer("length")
    mlpWidth = values.integer("mlp-width")
    rank = values.integer("rank")
    padding = values.flag("padding")
    learningRate = values.learningRate
    bottleneck = BottleneckSettings(
      size: values.integer("bottleneck"), activation: values.choice("activation"),
      initialisation: .bert, dropout: 0, scale: 1)
    complete = values.complete
  }

  public var startsAsIdentity: Bool { false }

  /// The same without the MLP.
  public var deployed: MethodInstance {
    var flat = complete
    flat.parameters["mlp-width"] = .integer(0)
    return flat
  }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    let name = Self.schema.name
    let maker = PrefixMaker(
      method: name, length: length, width: host.width, mlpWidth: mlpWidth, key: key)
    let shared = mlpWidth > 0 ? layers.first.map(maker.sharedInner) : nil
    var attachment = Attachment()
    if let shared {
      attachment.record(
        shared.parameters, kind: .reparametrisation, method: name, learningRate: learningRate)
    }
    for layer in layers {
      try addPrefix(maker, shared, layer, host, key, to: &attachment)
      if rank > 0 { try addUpdates(layer, host, key, to: &attachment) }
      try addBottleneck(layer, host, key, to: &attachment)
    }
    if padding, !layers.isEmpty {
      let adapter = BatchPadding()
      host.attach(adapter, at: .embeddings)
      attachment.record(adapter, method: name, site: .embeddings, learningRate: nil)
    }
    return attachment
  }

  private func addPrefix(
    _ maker: PrefixMaker, _ shared: PrefixInner?, _ layer: Int, _ host: any AdapterHost,
    _ key: RandomKey, to attachment: inout Attachment
  ) throws(MethodError) {
    let name = Self.schema.name
    let site = InsertionSite(layer: layer, point: .attention)
    try host.requireFree(site, for: name)
    let inner = PrefixAdapter(
      source: shared.map { maker.outer(of: $0, layer: layer) } ?? maker.flat(layer: layer),
      path: maker.path(layer: layer))
    let gate = SiteTensors(site, key: key).gate(width: host.width, bias: .kaiming)
    let adapter = GatedPrefix(inner, gate: gate)
    host.attach(adapter, at: site)
    attachment.adapters.append(PlacedAdapter(method: name, site: site, adapter: adapter))
    attachment.record(
      inner.ownParameters, kind: shared == nil ? .added : .reparametrisation, method: name,
      learningRate: learningRate)
    attachment.record(
      gate.parameters, kind: .added, method: name, learningRate: learningRate)
  }

  private func addUpdates(
    _ layer: Int, _ host: any AdapterHost, _ key: RandomKey, to attachment: inout Attachment
  ) throws(MethodError) {
    try attachment.adaptMaps(
      [.query, .value], layers: [layer], method: Self.schema.name, host: host,
      learningRate: learningRate, key: key
    ) { linear, tensors in
      let width = linear.inputWidth
      return GatedLowRank(
        a: tensors.trained("unipelt.lora_A", Shape(rank, width), .kaiming(fanIn: width)),
        b: tensors.trained("unipelt.lora_B", Shape(linear.outputWidth, rank), .zeros),
        gate: tensors.gate(width: width, bias: .kaiming))
    }
  }

  private func addBottleneck(
    _ layer: Int, _ host: any AdapterHost, _ key: RandomKey, to attachment: inout Attachment
  ) throws(MethodError) {
    let name = Self.schema.name
    let site = InsertionSite(layer: layer, point: .feedForwardBlock)
    try host.requireSite(site, for: name)
    let adapter = GatedBottleneck(
      BottleneckAdapter.make(
        method: name, site: site, width: host.width, settings: bottleneck, wiring: .closedBranch,
        key: key),
      gate: SiteTensors(site, key: key).gate(width: host.width, bias: .zeros))
    host.attach(adapter, at: site)
    attachment.record(adapter, method: name, site: site, learningRate: learningRate)
  }
}

/// How the bias of a gate starts, as in AdapterHub.
private enum GateBias {
  case zeros
  /// U(±1/√D), PyTorch's default.
  case kaiming
}

extension SiteTensors {
  /// The gate of one part; its weight starts in N(0, 0.02²).
  fileprivate func gate(width: Int, bias: GateBias) -> SequenceGate {
    SequenceGate(
      weight: trained("unipelt.gate.weight", Shape(1, width), .normal(deviation: 0.02)),
      bias: trained(
        "unipelt.gate.bias", Shape(1), bias == .zeros ? .zeros : .kaiming(fanIn: width)))
  }
}
