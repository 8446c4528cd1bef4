public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// A low-rank update in singular-value form whose ranks are spread over all maps by importance.
///
/// y = x Wᵀ + c + s · (drop(x) (e ⊙ A)ᵀ) Bᵀ,   A: [R₀, in], e: [R₀], B: [out, R₀]
///
/// s = α/(R₀ + 10⁻⁵), α = ratio · R₀. While training, the least important of all R₀ · n singular
/// values e of n maps are set to zero under a budget that falls from R₀ · n to R · n
/// (`RankAllocator`), and γ · mean(‖A Aᵀ − I‖, ‖Bᵀ B − I‖) keeps A and B near orthogonal. All maps of
/// layers that hold an equal instance share one budget. e starts at zero: an attached map equals the
/// frozen one.
/// - Trained = deployed: R₀ · (in + out + 1) for each target; published: the budget,
///   R · (in + out + 1). The realised ranks are known after training.
/// - Merge: W + s · B (e ⊙ A), exact up to rounding.
///
/// Reference: arXiv 2303.10512, section 3; huggingface/peft src/peft/tuners/adalora/{layer,model}.py.
public struct AdaLoRA: PEFTMethod {
  public static let schema = MethodSchema(
    name: "adalora",
    summary: "A low-rank update whose ranks are spread over the maps by importance (AdaLoRA).",
    scope: .layer,
    parameters: [
      ParameterSchema(
        "targets", .subset(LinearTarget.allCases.map(\.rawValue), minimum: 1),
        default: .list(LinearTarget.allCases.map(\.rawValue)),
        "The adapted maps; all of them as in the paper, among which the budget is spread."),
      ParameterSchema(
        "rank", .integer(1...8192), default: .integer(8),
        "R, the mean rank of a map at the end; 8 is PEFT's default."),
      ParameterSchema(
        "spare-ranks", .integer(0...8192), default: .integer(4),
        "R₀ − R, the ranks that every map has beyond the mean at the start; 4 makes R₀ = 1.5 · R as "
          + "in the paper and in PEFT. 0 never prunes."),
      ParameterSchema(
        "alpha-ratio", .number(0.01...128), default: .number(1),
        "α/R₀, the factor of the update up to 10⁻⁵; 1 by default."),
      .dropout(
        "Share of the update's input set to zero while training; 0 by default, as in PEFT."),
      ParameterSchema(
        "warmup", .number(0...0.9), default: .number(0.1),
        "The share of the training's steps before the budget starts to fall; from 0.05 to 0.15 in "
          + "the paper's runs."),
      ParameterSchema(
        "final", .number(0...0.9), default: .number(0.3),
        "The share of steps at the end with the final budget, in which the ranks stay; from 0.2 to "
          + "0.5 in the paper's runs. With a warmup that leaves no step between, nothing is pruned "
          + "before it."),
      ParameterSchema(
        "interval", .integer(1...10_000), default: .integer(1),
        "ΔT, the steps between two prunings; 1 is PEFT's default, up to 100 in long runs."),
      ParameterSchema(
        "orthogonality", .number(0...10), default: .number(0.5),
        "γ, the weight of the orthogonality penalty; 0.5 is PEFT's default."),
      .learningRate,
    ],
    sizeParameter: "rank",
    references: ["Zhang et al. 2023, arXiv 2303.10512", "huggingface/peft: AdaLoraConfig"],
    countFormula:
      "R₀·(in + out + 1) for each target trained, budget R·(in + out + 1); R₀ = rank + spare-ranks",
    isMergeable: true,
    parameterCounts: counting { (method: AdaLoRA, shape) in
      let perRank = method.targets.reduce(0) { $0 + $1.widths(shape) + 1 }
      let whole = method.initialRank * perRank
      return ParameterCounts(trained: whole, deployed: whole, published: method.rank * perRank)
    })

  public let targets: [LinearTarget]
  /// R.
  public let rank: Int
  /// R₀.
  public let initialRank: Int
  public let alphaRatio: Double
  public let dropout: Double
  public let learningRate: Double?
  public let deployed: MethodInstance
  let schedule: RankAllocator.Schedule
  private let orthogonality: Double

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    targets = values.subset("targets")
    rank = values.integer("rank")
    initialRank = rank + values.integer("spare-ranks")
    alphaRatio = values.number("alpha-ratio")
    dropout = values.number("dropout")
    schedule = RankAllocator.Schedule(
      initialRank: initialRank, targetRank: rank, warmup: values.number("warmup"),
      final: values.number("final"), interval: values.integer("interval"))
    orthogonality = values.number("orthogonality")
    learningRate = values.learningRate
    deployed = values.complete
  }

  public var startsAsIdentity: Bool { true }

  /// s = α / (R₀ + 10⁻⁵).
  var scale: Double { alphaRatio * Double(initialRank) / (Double(initialRank) + 1e-5) }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    var attachment = Attachment()
    var triplets: [SingularTriplets] = []
    try attachment.adaptMaps(
      targets, layers: layers, method: Self.schema.name, host: host, learningRate: learningRate,
      key: key
    ) { linear, tensors in
      let start = Initialisation.normal(deviation: 0.02)
      let source = SingularTriplets(
        a: tensors.trained("adalora_A", Shape(initialRank, linear.inputWidth), start),
        gate: tensors.trained("adalora_E", Shape(initialRank), .zeros),
        b: tensors.trained("adalora_B", Shape(linear.outputWidth, initialRank), start),
        scale: Float(scale))
      triplets.append(source)
      return LowRankAdapter(source, dropout: Float(dropout), label: tensors.name("adalora"))
    }
    attachment.hooks.append(
      RankAllocator(triplets, schedule: schedule, orthogonality: Float(orthogonality)))
    return attachment
  }
}

/// B (e ⊙ A): a low-rank update with a gate on every rank.
struct SingularTriplets: LowRankSource {
  let a: Parameter
  /// e [R].
  let gate: Parameter
  let b: Parameter
  let scale: Float

  var parameters: [Parameter] { [a, gate, b] }

  func factors(tape: Tape) -> LowRankFactors {
    LowRankFactors(
      a: tape.scaleRows(tape.parameter(a), by: tape.parameter(gate)), b: tape.parameter(b),
      scale: scale)
  }
}
