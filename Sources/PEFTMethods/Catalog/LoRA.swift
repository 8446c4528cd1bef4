public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// A trained low-rank update of frozen linear maps.
///
/// y = x Wᵀ + c + s · (drop(x) Aᵀ) Bᵀ,   A: [R, in], B: [out, R], x: [T, in] → y: [T, out]
///
/// s = α/R (standard) or α/√R (rsLoRA); α is given as the ratio α/R, so that a size found good at
/// one rank stays comparable at another. B starts at zero: an attached map equals the frozen one.
/// - Trained = deployed = published: R · (in + out) for each target.
/// - Merge: W + s · B A, exact up to rounding.
///
/// Reference: arXiv 2106.09685, section 4.1; rsLoRA: arXiv 2312.03732; huggingface/peft
/// src/peft/tuners/lora/layer.py.
public struct LoRA: PEFTMethod {
  /// The linear maps that can be adapted.
  public enum Target: String, CaseIterable, Sendable {
    case query
    case key
    case value
    case output
    case feedForwardIn = "ffn-in"
    case feedForwardOut = "ffn-out"

    public var point: InsertionPoint {
      switch self {
      case .query: .query
      case .key: .key
      case .value: .value
      case .output: .attentionOutput
      case .feedForwardIn: .feedForwardIn
      case .feedForwardOut: .feedForwardOut
      }
    }

    /// in + out of the map.
    func widths(_ shape: BackboneShape) -> Int {
      switch self {
      case .query, .key, .value, .output: 2 * shape.width
      case .feedForwardIn, .feedForwardOut: shape.width + shape.feedForward
      }
    }
  }

  /// How the factor s follows from α and R.
  public enum Scaling: String, CaseIterable, Sendable {
    /// s = α / R.
    case standard
    /// s = α / √R: the size of the update does not shrink as the rank grows.
    case rslora
  }

  /// How A starts; B starts at zero.
  public enum Start: String, CaseIterable, Sendable {
    /// U(±1/√in).
    case kaiming
    /// N(0, 1/R²).
    case gaussian
  }

  public static let schema = MethodSchema(
    name: "lora",
    summary: "A low-rank update of chosen linear maps (LoRA, rsLoRA).",
    scope: .layer,
    parameters: [
      ParameterSchema(
        "targets", .subset(Target.allCases.map(\.rawValue), minimum: 1),
        default: .list([Target.query.rawValue, Target.value.rawValue]),
        "The adapted maps; query and value as in the paper and in PEFT's defaults for BERT."),
      ParameterSchema(
        "rank", .integer(1...8192), default: .integer(8),
        "R, the rank of the update; 8 in the paper's GLUE runs and in PEFT."),
      ParameterSchema(
        "alpha-ratio", .number(0.01...128), default: .number(1),
        "α/R; 1 is PEFT's default (α = R = 8) and that of the paper's GLUE runs."),
      ParameterSchema(
        "scaling", .choice(Scaling.allCases.map(\.rawValue)),
        default: .text(Scaling.standard.rawValue),
        "'standard' multiplies the update by α/R as the paper does, 'rslora' by α/√R."),
      .dropout(
        "Share of the update's input set to zero while training (the frozen path keeps it); 0 by "
          + "default, as in PEFT."),
      ParameterSchema(
        "init", .choice(Start.allCases.map(\.rawValue)), default: .text(Start.kaiming.rawValue),
        "Start of A: 'kaiming' U(±1/√in) as in the paper's code and in PEFT, 'gaussian' N(0, 1/R²)."
      ),
      .learningRate,
    ],
    sizeParameter: "rank",
    references: [
      "Hu et al. 2021, arXiv 2106.09685", "Kalajdzievski 2023 (rsLoRA), arXiv 2312.03732",
      "huggingface/peft: LoraConfig",
    ],
    countFormula: "R·(in + out) for each target",
    isMergeable: true,
    parameterCounts: counting { (method: LoRA, shape) in
      let count = method.targets.reduce(0) { $0 + method.rank * $1.widths(shape) }
      return ParameterCounts(trained: count, deployed: count, published: count)
    })

  public let targets: [Target]
  public let rank: Int
  public let alphaRatio: Double
  public let scaling: Scaling
  public let dropout: Double
  public let start: Start
  public let learningRate: Double?
  public let deployed: MethodInstance

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    targets = values.subset("targets")
    rank = values.integer("rank")
    alphaRatio = values.number("alpha-ratio")
    scaling = values.choice("scaling")
    dropout = values.number("dropout")
    start = values.choice("init")
    learningRate = values.learningRate
    deployed = values.complete
  }

  /// α = ratio · R, as other libraries write it.
  public var alpha: Double { alphaRatio * Double(rank) }

  /// s, the factor of the update.
  public var scale: Double {
    switch scaling {
    case .standard: alphaRatio
    case .rslora: alphaRatio * Double(rank).squareRoot()
    }
  }

  public var startsAsIdentity: Bool { true }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    var attachment = Attachment()
    for layer in layers {
      for target in targets {
        let site = InsertionSite(layer: layer, point: target.point)
        try host.requireSite(site, for: Self.schema.name)
        guard let linear = host.linear(at: site) else {
          throw .siteNotOffered(
            method: Self.schema.name, site: site,
            offered: host.insertionPoints(layer: layer).map(\.rawValue))
        }
        let adapter = update(of: linear, at: site, key: key.derived(layer))
        host.attach(adapter, at: site)
        attachment.record(
          adapter, method: Self.schema.name, site: site, learningRate: learningRate)
      }
    }
    return attachment
  }

  private func update(of linear: Linear, at site: InsertionSite, key: RandomKey) -> LowRankAdapter {
    let point = site.point.rawValue
    let aStart: Initialisation =
      switch start {
      case .kaiming: .kaiming(fanIn: linear.inputWidth)
      case .gaussian: .normal(deviation: 1 / Double(rank))
      }
    let a = Parameter.trained(
      tensorName(layer: site.layer, "\(point).lora_A"), shape: Shape(rank, linear.inputWidth),
      aStart, key: key.derived("\(point).lora_A"))
    let b = Parameter.trained(
      tensorName(layer: site.layer, "\(point).lora_B"), shape: Shape(linear.outputWidth, rank),
      .zeros, key: key.derived("\(point).lora_B"))
    return LowRankAdapter(
      a: a, b: b, scale: Float(scale), dropout: Float(dropout),
      label: tensorName(layer: site.layer, "\(point).lora"))
  }
}

/// The update of one linear map.
final class LowRankAdapter: LinearAdapter {
  private let a: Parameter
  private let b: Parameter
  private let scale: Float
  private let dropout: Float
  private let label: String

  init(a: Parameter, b: Parameter, scale: Float, dropout: Float, label: String) {
    self.a = a
    self.b = b
    self.scale = scale
    self.dropout = dropout
    self.label = label
  }

  var parameters: [Parameter] { [a, b] }

  var canonicalForm: CanonicalForm { .lowRank(a: a, b: b, scale: scale) }

  func adapted(_ y: Tensor, input x: Tensor, tape: Tape) -> Tensor {
    tape.lowRankUpdate(
      y, input: tape.adapterDropout(x, rate: dropout, label: label), a: tape.parameter(a),
      b: tape.parameter(b), scale: scale)
  }
}
