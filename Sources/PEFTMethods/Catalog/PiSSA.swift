public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// A low-rank update that starts at the principal singular vectors of the frozen weight.
///
/// W' = W + s · (B A − B₀ A₀),   A₀ = √(S_R / s) V_Rᵀ [R, in],   B₀ = U_R √(S_R / s) [out, R]
///
/// with W = U S Vᵀ: the principal part of W trains and the residual W − s · B₀ A₀ stays. A and B
/// start at A₀ and B₀, so an attached map equals the frozen one. A₀ and B₀ are functions of the
/// backbone and are not stored.
/// - Trained = deployed = published: R · (in + out) for each target.
/// - Merge: as above, exact up to rounding. As a LoRA for the unchanged backbone it has rank 2R.
///
/// Reference: arXiv 2404.02948, section 3; huggingface/peft src/peft/tuners/lora/layer.py
/// (`pissa_init`).
public struct PiSSA: PEFTMethod {
  public static let schema = MethodSchema(
    name: "pissa",
    summary: "A low-rank update that starts at the weight's principal singular vectors (PiSSA).",
    scope: .layer,
    parameters: [
      LinearTarget.parameter("query and value as in PEFT's defaults for BERT."),
      ParameterSchema(
        "rank", .integer(1...8192), default: .integer(8),
        "R, the number of singular values that train; 8 is PEFT's default. A map of fewer inputs or "
          + "outputs has as many as these."),
      ParameterSchema(
        "alpha-ratio", .number(0.01...128), default: .number(1),
        "α/R, the factor s of the update; 1 as in the paper."),
      .learningRate,
    ],
    sizeParameter: "rank",
    references: [
      "Meng et al. 2024, arXiv 2404.02948",
      "huggingface/peft: LoraConfig(init_lora_weights=\"pissa\")",
    ],
    countFormula: "R·(in + out) for each target",
    isMergeable: true,
    parameterCounts: counting { (method: PiSSA, shape) in
      return method.targets.counts {
        min(method.rank, $0.input(shape), $0.output(shape)) * $0.widths(shape)
      }
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
      let (a, b) = principalFactors(of: linear)
      let update = PrincipalUpdate(
        a: tensors.trained("pissa_A", a.shape, values: a.array),
        b: tensors.trained("pissa_B", b.shape, values: b.array), startA: a, startB: b,
        scale: Float(scale))
      return DeltaAdapter(update, linear: linear, label: tensors.name("pissa"))
    }
    return attachment
  }

  /// A₀ [R, in] and B₀ [out, R].
  private func principalFactors(of linear: Linear) -> (a: Parameter, b: Parameter) {
    let (outputs, inputs) = (linear.outputWidth, linear.inputWidth)
    let parts = SingularValues(
      linear.weight.values.map(Double.init), rows: outputs, columns: inputs)
    let kept = min(rank, parts.values.count)
    let roots = parts.values.prefix(kept).map { ($0 / scale).squareRoot() }
    var a: [Float] = []
    for index in 0..<kept {
      let row = parts.right[index * inputs..<(index + 1) * inputs]
      a += row.map { Float(roots[index] * $0) }
    }
    var b: [Float] = []
    for row in 0..<outputs {
      let start = row * parts.values.count
      for index in 0..<kept { b.append(Float(roots[index] * parts.left[start + index])) }
    }
    return (
      Parameter(path: "pissa_A", shape: Shape(kept, inputs), values: a),
      Parameter(path: "pissa_B", shape: Shape(outputs, kept), values: b)
    )
  }
}

/// Δ = s · (B A − B₀ A₀).
private struct PrincipalUpdate: WeightUpdate {
  let a: Parameter
  let b: Parameter
  let startA: Parameter
  let startB: Parameter
  let scale: Float

  var parameters: [Parameter] { [a, b] }

  func delta(of weight: Tensor, tape: Tape) -> Tensor {
    let now = tape.matmul(tape.parameter(b), tape.parameter(a))
    let start = tape.matmul(tape.parameter(startB), tape.parameter(startA))
    return tape.scaledUnlessOne(tape.subtract(now, start), by: scale)
  }

  /// The pair [A; A₀], [B, −B₀] of rank 2R.
  func canonicalForm(of linear: Linear) -> CanonicalForm {
    let rank = a.shape[0]
    let (own, start) = (b.array, startB.array)
    var columns: [Float] = []
    for row in 0..<linear.outputWidth {
      let range = row * rank..<(row + 1) * rank
      columns += own[range]
      columns += start[range].map { -$0 }
    }
    return .lowRank(
      CanonicalForm.LowRankPair(
        a: a.array + startA.array, b: columns, rank: 2 * rank, inputWidth: linear.inputWidth,
        outputWidth: linear.outputWidth, scale: scale))
  }
}
