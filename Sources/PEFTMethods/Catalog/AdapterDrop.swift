public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// Bottlenecks in all layers but the lowest n, trained so that they do without those.
///
/// Layer ℓ < n is the backbone's own; layer ℓ ≥ n has a bottleneck as of `adapter` or
/// `parallel-adapter`. Layers count from 0, so n of L layers have none.
/// - specialised: the lowest n layers never have one. Nothing below layer n is tuned: no backward
///   there, nothing kept for it, and its states are computed once for a whole data set.
/// - robust: all L layers have one while training, and each step draws its own n from 0 … L − 1,
///   one for all layers; in that step the layers below run as the frozen backbone, without backward.
///   Evaluation and what is deployed drop the given n.
///
/// n must be below L: the last layer keeps its bottleneck. Other methods in the dropped layers stay,
/// unlike with AdapterHub's `skip_layers`, which skips all adapters of a layer. For fixed n with any
/// method, a layer group without methods says the same. Pruning the inputs of AdapterFusion, the
/// second half of the paper, is not included.
/// - Deployed: 2·D·b + b + D for each bottleneck of L − n layers; published: without biases.
/// - Trained: the same specialised, all L layers robust.
/// - Not mergeable.
///
/// Reference: arXiv 2010.11918, sections 3 and 4.
public struct AdapterDrop: PEFTMethod {
  /// The bottlenecks of a layer.
  public enum Placement: String, CaseIterable, Sendable {
    case pfeiffer
    case houlsby
    case parallel

    var points: [InsertionPoint] {
      switch self {
      case .pfeiffer, .parallel: [.feedForwardBlock]
      case .houlsby: [.attentionBlock, .feedForwardBlock]
      }
    }

    var wiring: CanonicalForm.Bottleneck.Wiring {
      switch self {
      case .pfeiffer: .closedBranch
      case .houlsby: .branchOutput
      case .parallel: .branchInput
      }
    }

    /// The factor of the output: that of `parallel-adapter`, or none.
    var scale: Float { self == .parallel ? 4 : 1 }
  }

  /// How the training gets used to missing bottlenecks.
  public enum Regime: String, CaseIterable, Sendable {
    case robust
    case specialised
  }

  public static let schema = MethodSchema(
    name: "adapterdrop",
    summary: "Bottlenecks in all but the lowest layers, trained for it (AdapterDrop).",
    scope: .model,
    parameters: [
      ParameterSchema(
        "placement", .choice(Placement.allCases.map(\.rawValue)),
        default: .text(Placement.pfeiffer.rawValue),
        "'pfeiffer' and 'houlsby' as of `adapter`, 'parallel' beside the feed-forward block with "
          + "the scale 4 of `parallel-adapter`; 'pfeiffer' is the paper's."),
      BottleneckSettings.size,
      BottleneckSettings.activation(default: .relu, "ReLU is that of Pfeiffer."),
      BottleneckSettings.initialisation(default: .bert, "AdapterHub starts with 'bert'."),
      ParameterSchema(
        "dropped", .integer(0...255), default: .integer(5),
        "n, the lowest layers without a bottleneck, fewer than there are layers; 5 of 12 in the "
          + "paper's measurements."),
      ParameterSchema(
        "training", .choice(Regime.allCases.map(\.rawValue)),
        default: .text(Regime.robust.rawValue),
        "'robust' draws another n in each step, so that one training serves every n; 'specialised' "
          + "trains the layers from n up alone, which is the cheaper."),
      .learningRate,
    ],
    sizeParameter: "bottleneck",
    references: ["Rücklé et al. 2021, arXiv 2010.11918"],
    countFormula:
      "(2·D·b + b + D) for each bottleneck of the L − n upper layers deployed, of all L trained "
      + "where 'robust'; houlsby has two in a layer",
    isMergeable: false,
    parameterCounts: counting { (method: AdapterDrop, shape) in
      let one = BottleneckSettings.counts(
        method.settings.size, width: shape.width, sites: method.placement.points.count)
      let kept = max(0, shape.layers - method.dropped)
      return ParameterCounts(
        trained: one.trained * (method.regime == .robust ? shape.layers : kept),
        deployed: one.deployed * kept, published: one.published * kept)
    },
    lowestLayer: measuring { (method: AdapterDrop, shape) in
      method.regime == .robust ? 0 : min(method.dropped, shape.layers)
    },
    refusal: refusing { (method: AdapterDrop, shape) in
      method.dropped < shape.layers
        ? nil
        : "drops \(method.dropped) of \(shape.layers) layers, which leaves none. "
          + "Set dropped to at most \(shape.layers - 1)"
    })

  public let placement: Placement
  public let regime: Regime
  public let learningRate: Double?
  let settings: BottleneckSettings
  private let dropped: Int
  private let complete: MethodInstance

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    placement = values.choice("placement")
    regime = values.choice("training")
    dropped = values.integer("dropped")
    learningRate = values.learningRate
    settings = BottleneckSettings(
      size: values.integer("bottleneck"), activation: values.choice("activation"),
      initialisation: values.choice("init"), dropout: 0, scale: placement.scale)
    complete = values.complete
  }

  public var startsAsIdentity: Bool { settings.initialisation == .mam }

  /// The bottlenecks that are left, without draws.
  public var deployed: MethodInstance {
    var fixed = complete
    fixed.parameters["training"] = .text(Regime.specialised.rawValue)
    return fixed
  }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    let name = Self.schema.name
    var attachment = Attachment()
    for layer in (regime == .robust ? 0 : dropped)..<host.layerCount {
      for point in placement.points {
        let site = InsertionSite(layer: layer, point: point)
        try host.requireSite(site, for: name)
        let inner = BottleneckAdapter.make(
          method: name, site: site, width: host.width, settings: settings,
          wiring: placement.wiring, key: key)
        let adapter: any HiddenAdapter =
          regime == .robust
          ? DroppedBottleneck(inner, layer: layer, of: host.layerCount, dropped: dropped) : inner
        host.attach(adapter, at: site)
        attachment.adapters.append(PlacedAdapter(method: name, site: site, adapter: adapter))
        attachment.record(
          inner.parameters, kind: layer < dropped ? .dropped : .added, method: name,
          learningRate: learningRate)
      }
    }
    return attachment
  }
}

/// A bottleneck that takes part only where its layer is not among the lowest n.
private final class DroppedBottleneck: HiddenAdapter {
  private let inner: BottleneckAdapter
  private let layer: Int
  private let layerCount: Int
  private let dropped: Int

  /// - Parameter dropped: n without noise; with noise it is drawn from 0 ..< L.
  init(_ inner: BottleneckAdapter, layer: Int, of layerCount: Int, dropped: Int) {
    self.inner = inner
    self.layer = layer
    self.layerCount = layerCount
    self.dropped = dropped
  }

  var parameters: [Parameter] { inner.parameters }
  var canonicalForm: CanonicalForm { inner.canonicalForm }

  func isActive(tape: Tape) -> Bool {
    guard let noise = tape.noise else { return layer >= dropped }
    // One stream for all layers: every layer draws the same n.
    var random = CounterRandom(noise.derived("adapterdrop"))
    return layer >= random.integer(below: layerCount)
  }

  func delta(_ branch: ResidualBranch, tape: Tape) -> Tensor { inner.delta(branch, tape: tape) }
}
