public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// A low-rank update of a weight's direction beside a trained magnitude of each of its rows.
///
/// W' = (m / ‖V‖) ⊙ V,   V = W + s · B A,   A: [R, in], B: [out, R], m, ‖V‖: [out]
///
/// ‖V‖ are the norms of the rows of V [out, in], over the inputs; backward takes them as constants,
/// which the paper proposes and PEFT does. m starts at ‖W‖ and B at zero: an attached map equals the
/// frozen one. Dropout acts on the input of the whole update W' − W.
/// - Trained = deployed = published: R · (in + out) + out for each target.
/// - Merge: W', exact up to rounding; the bias stays.
///
/// Reference: arXiv 2402.09353, sections 4.1 and 4.3; huggingface/peft src/peft/tuners/lora/dora.py.
public struct DoRA: PEFTMethod {
  public static let schema = MethodSchema(
    name: "dora",
    summary: "A low-rank update of direction and a trained magnitude of each row (DoRA).",
    scope: .layer,
    parameters: [
      LinearTarget.parameter("query and value as in PEFT's defaults for BERT."),
      ParameterSchema(
        "rank", .integer(1...8192), default: .integer(8),
        "R, the rank of the direction's update; 8 is PEFT's default."),
      ParameterSchema(
        "alpha-ratio", .number(0.01...128), default: .number(1),
        "α/R, the factor s of the update; 1 is PEFT's default, 2 that of the paper's runs."),
      .dropout(
        "Share of the update's input set to zero while training; 0 by default, as in PEFT."),
      .learningRate,
    ],
    sizeParameter: "rank",
    references: ["Liu et al. 2024, arXiv 2402.09353", "huggingface/peft: LoraConfig(use_dora)"],
    countFormula: "R·(in + out) + out for each target",
    isMergeable: true,
    parameterCounts: counting { (method: DoRA, shape) in
      return method.targets.counts { method.rank * $0.widths(shape) + $0.output(shape) }
    })

  public let targets: [LinearTarget]
  public let rank: Int
  /// s = α / R.
  public let scale: Double
  public let dropout: Double
  public let learningRate: Double?
  public let deployed: MethodInstance

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    targets = values.subset("targets")
    rank = values.integer("rank")
    scale = values.number("alpha-ratio")
    dropout = values.number("dropout")
    learningRate = values.learningRate
    deployed = values.complete
  }

  public var startsAsIdentity: Bool { true }

  public var hasExactGradients: Bool { false }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    var attachment = Attachment()
    try attachment.adaptMaps(
      targets, layers: layers, method: Self.schema.name, host: host, learningRate: learningRate,
      key: key
    ) { linear, tensors in
      let norms = Tape.evaluate { $0.rowNorms($0.parameter(linear.weight)).array }
      let update = DirectionUpdate(
        a: tensors.trained(
          "dora_A", Shape(rank, linear.inputWidth), .kaiming(fanIn: linear.inputWidth)),
        b: tensors.trained("dora_B", Shape(linear.outputWidth, rank), .zeros),
        magnitude: tensors.trained(
          "dora_magnitude", Shape(linear.outputWidth),
          values: norms),
        scale: Float(scale))
      return DeltaAdapter(
        update, linear: linear, dropout: Float(dropout), label: tensors.name("dora"))
    }
    return attachment
  }
}

/// Δ = (m / ‖V‖) ⊙ V − W with V = W + s · B A and ‖V‖ held constant.
private struct DirectionUpdate: WeightUpdate {
  let a: Parameter
  let b: Parameter
  let magnitude: Parameter
  let scale: Float

  var parameters: [Parameter] { [a, b, magnitude] }

  func delta(of weight: Tensor, tape: Tape) -> Tensor {
    let product = tape.matmul(tape.parameter(b), tape.parameter(a))
    let direction = tape.add(weight, tape.scaledUnlessOne(product, by: scale))
    let norms = tape.rowNorms(tape.detached(direction))
    let ratio = tape.divide(tape.parameter(magnitude), by: norms)
    return tape.subtract(tape.scaleRows(direction, by: ratio), weight)
  }

  func canonicalForm(of linear: Linear) -> CanonicalForm {
    .magnitude(
      magnitude.array,
      CanonicalForm.LowRankPair(
        a: a.array, b: b.array, rank: a.shape[0], inputWidth: linear.inputWidth,
        outputWidth: linear.outputWidth, scale: scale))
  }
}
