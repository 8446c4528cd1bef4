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
/// LoRA+ lets B take larger steps than A: lr_B = λ · lr_A.
/// - Trained = deployed = published: R · (in + out) for each target.
/// - Merge: W + s · B A, exact up to rounding.
///
/// Reference: arXiv 2106.09685, section 4.1; rsLoRA: arXiv 2312.03732; LoRA+: arXiv 2402.12354,
/// section 5; huggingface/peft src/peft/tuners/lora/layer.py and src/peft/optimizers/loraplus.py.
public struct LoRA: PEFTMethod {
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
    summary: "A low-rank update of chosen linear maps (LoRA, rsLoRA, LoRA+).",
    scope: .layer,
    parameters: [
      LinearTarget.parameter("query and value as in the paper and in PEFT's defaults for BERT."),
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
      ParameterSchema(
        "b-rate-ratio", .number(0.01...1024), default: .number(1),
        "λ of LoRA+, the step size of B over that of A; 1 is plain LoRA, the default, and 16 the "
          + "value that its authors advise."),
      .learningRate,
    ],
    sizeParameter: "rank",
    references: [
      "Hu et al. 2021, arXiv 2106.09685", "Kalajdzievski 2023 (rsLoRA), arXiv 2312.03732",
      "Hayou et al. 2024 (LoRA+), arXiv 2402.12354", "huggingface/peft: LoraConfig",
    ],
    countFormula: "R·(in + out) for each target",
    isMergeable: true,
    parameterCounts: counting { (method: LoRA, shape) in
      return method.targets.counts { method.rank * $0.widths(shape) }
    })

  public let targets: [LinearTarget]
  public let rank: Int
  public let alphaRatio: Double
  public let scaling: Scaling
  public let dropout: Double
  public let start: Start
  /// λ, the step size of B over that of A.
  public let rateRatio: Double
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
    rateRatio = values.number("b-rate-ratio")
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
    try attachment.adaptMaps(
      targets, layers: layers, method: Self.schema.name, host: host, learningRate: learningRate,
      key: key, learningRateFactor: { $0.path.hasSuffix("lora_B") ? rateRatio : 1 }
    ) { linear, tensors in
      let a = tensors.trained(
        "lora_A", Shape(rank, linear.inputWidth), start.draw(linear, rank: rank))
      let b = tensors.trained("lora_B", Shape(linear.outputWidth, rank), .zeros)
      return LowRankAdapter(
        LoRAFactors(a: a, b: b, scale: Float(scale)), dropout: Float(dropout),
        label: tensors.name("lora"))
    }
    return attachment
  }
}

extension LoRA.Start {
  /// The draw of A [R, in].
  func draw(_ linear: Linear, rank: Int) -> Initialisation {
    switch self {
    case .kaiming: .kaiming(fanIn: linear.inputWidth)
    case .gaussian: .normal(deviation: 1 / Double(rank))
    }
  }
}

/// The factors that train as they are.
struct LoRAFactors: LowRankSource {
  let a: Parameter
  let b: Parameter
  let scale: Float

  var parameters: [Parameter] { [a, b] }

  func factors(tape: Tape) -> LowRankFactors {
    LowRankFactors(a: tape.parameter(a), b: tape.parameter(b), scale: scale)
  }
}
