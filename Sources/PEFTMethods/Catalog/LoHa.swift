public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// The elementwise product of two low-rank matrices as the update of a weight.
///
/// W' = W + s · (B₁ A₁) ⊙ (B₂ A₂),   A₁, A₂: [R, in], B₁, B₂: [out, R];  rank up to R²
///
/// s = α/R. A₂ starts at zero, the others uniform as PEFT draws them (bound 1/√columns): an attached
/// map equals the frozen one.
/// - Trained = deployed = published: 2·R · (in + out) for each target, as LoRA of rank 2R.
/// - Merge: as above, exact up to rounding.
///
/// Reference: arXiv 2108.06098 (FedPara), section 2.2; LoHa of LyCORIS, arXiv 2309.14859;
/// huggingface/peft src/peft/tuners/loha/layer.py.
public struct LoHa: PEFTMethod {
  public static let schema = MethodSchema(
    name: "loha",
    summary: "The elementwise product of two low-rank matrices as an update (LoHa).",
    scope: .layer,
    parameters: [
      LinearTarget.parameter("query and value, as for LoRA."),
      ParameterSchema(
        "rank", .integer(1...8192), default: .integer(8),
        "R, the rank of both matrices; the update reaches rank R². 8 is PEFT's default."),
      ParameterSchema(
        "alpha-ratio", .number(0.01...128), default: .number(1),
        "α/R, the factor s of the update; 1 is PEFT's default (α = R = 8)."),
      .learningRate,
    ],
    sizeParameter: "rank",
    references: [
      "Hyeon-Woo et al. 2022 (FedPara), arXiv 2108.06098",
      "Yeh et al. 2024 (LyCORIS), arXiv 2309.14859", "huggingface/peft: LoHaConfig",
    ],
    countFormula: "2·R·(in + out) for each target",
    isMergeable: true,
    parameterCounts: counting { (method: LoHa, shape) in
      return method.targets.counts { 2 * method.rank * $0.widths(shape) }
    })

  public let targets: [LinearTarget]
  public let rank: Int
  /// s = α / R.
  public let scale: Double
  public let learningRate: Double?
  public let deployed: MethodInstance

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    targets = values.subset("targets")
    rank = values.integer("rank")
    scale = values.number("alpha-ratio")
    learningRate = values.learningRate
    deployed = values.complete
  }

  public var startsAsIdentity: Bool { true }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    var attachment = Attachment()
    try attachment.adaptMaps(
      targets, layers: layers, method: Self.schema.name, host: host, learningRate: learningRate,
      key: key
    ) { linear, tensors in
      let tall = Shape(linear.outputWidth, rank)
      let wide = Shape(rank, linear.inputWidth)
      let update = HadamardUpdate(
        b1: tensors.trained("hada_w1_a", tall, .kaiming(fanIn: rank)),
        a1: tensors.trained("hada_w1_b", wide, .kaiming(fanIn: linear.inputWidth)),
        b2: tensors.trained("hada_w2_a", tall, .kaiming(fanIn: rank)),
        a2: tensors.trained("hada_w2_b", wide, .zeros), scale: Float(scale))
      return DeltaAdapter(update, linear: linear, label: tensors.name("loha"))
    }
    return attachment
  }
}

/// Δ = s · (B₁ A₁) ⊙ (B₂ A₂).
private struct HadamardUpdate: WeightUpdate {
  let b1: Parameter
  let a1: Parameter
  let b2: Parameter
  let a2: Parameter
  let scale: Float

  var parameters: [Parameter] { [b1, a1, b2, a2] }

  func delta(of weight: Tensor, tape: Tape) -> Tensor {
    let first = tape.matmul(tape.parameter(b1), tape.parameter(a1))
    let second = tape.matmul(tape.parameter(b2), tape.parameter(a2))
    return tape.scaledUnlessOne(tape.multiply(first, second), by: scale)
  }

  func canonicalForm(of linear: Linear) -> CanonicalForm {
    func pair(_ a: Parameter, _ b: Parameter) -> CanonicalForm.LowRankPair {
      CanonicalForm.LowRankPair(
        a: a.array, b: b.array, rank: a.shape[0], inputWidth: linear.inputWidth,
        outputWidth: linear.outputWidth, scale: 1)
    }
    return .hadamard(pair(a1, b1), pair(a2, b2), scale: scale)
  }
}
