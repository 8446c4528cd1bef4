public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// Trained scales of one frozen random low-rank pair that all adapted maps share.
///
/// y = x Wᵀ + c + λ_b ⊙ ((λ_d ⊙ (drop(x) Aᵀ)) Bᵀ),   A: [R, in], B: [out, R], λ_d: [R], λ_b: [out]
///
/// A and B are the first columns and rows of one pair as wide as the widest target, uniform with
/// bounds √(6/in) and √(6/R). They are pure functions of `basis-seed`, the rank and the widest
/// target, the same in every trial, so files hold only the scales. λ_b starts at zero: an attached
/// map equals the frozen one.
/// - Trained = deployed = published: R + out for each target.
/// - Merge: W + (λ_b ⊙ B)(λ_d ⊙ A), exact up to rounding.
///
/// Reference: arXiv 2310.11454, section 3; huggingface/peft src/peft/tuners/vera/layer.py.
public struct VeRA: PEFTMethod {
  public static let schema = MethodSchema(
    name: "vera",
    summary: "Trained scales of a frozen random low-rank pair shared by all maps (VeRA).",
    scope: .layer,
    parameters: [
      LinearTarget.parameter("query and value as in the paper's GLUE runs."),
      ParameterSchema(
        "rank", .integer(1...8192), default: .integer(256),
        "R, the rank of the shared pair; 256 in PEFT and in the paper's runs of large models."),
      ParameterSchema(
        "d-initial", .number(1e-9...10), default: .number(0.1),
        "The start of λ_d; 0.1 as in the paper and in PEFT."),
      .dropout(
        "Share of the update's input set to zero while training; 0 by default, as in PEFT."),
      ParameterSchema(
        "basis-seed", .integer(0...1_000_000), default: .integer(0),
        "Selects the frozen pair; one by default, so that trials differ in what is searched only."),
      .learningRate,
    ],
    sizeParameter: "rank",
    references: ["Kopiczko et al. 2024, arXiv 2310.11454", "huggingface/peft: VeraConfig"],
    countFormula: "R + out for each target",
    isMergeable: true,
    parameterCounts: counting { (method: VeRA, shape) in
      return method.targets.counts { method.rank + $0.output(shape) }
    })

  public let targets: [LinearTarget]
  public let rank: Int
  public let initialScale: Double
  public let dropout: Double
  public let basisSeed: Int
  public let learningRate: Double?
  public let deployed: MethodInstance

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    targets = values.subset("targets")
    rank = values.integer("rank")
    initialScale = values.number("d-initial")
    dropout = values.number("dropout")
    basisSeed = values.integer("basis-seed")
    learningRate = values.learningRate
    deployed = values.complete
  }

  public var startsAsIdentity: Bool { true }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    let basis = try SharedBasis(self, host: host, layers: layers)
    var attachment = Attachment()
    try attachment.adaptMaps(
      targets, layers: layers, method: Self.schema.name, host: host, learningRate: learningRate,
      key: key
    ) { linear, tensors in
      BasisAdapter(
        inner: tensors.trained(
          "vera_lambda_d", Shape(rank),
          values: [Float](repeating: Float(initialScale), count: rank)),
        outer: tensors.trained("vera_lambda_b", Shape(linear.outputWidth), .zeros),
        basis: basis, a: basis.columns(linear.inputWidth), b: basis.rows(linear.outputWidth),
        dropout: Float(dropout), label: tensors.name("vera"))
    }
    return attachment
  }
}

/// The frozen pair at full width and its parts by width.
private final class SharedBasis {
  let rank: Int
  let widestInput: Int
  let widestOutput: Int
  let a: [Float]
  let b: [Float]
  private var parts: [String: Parameter] = [:]

  init(_ method: VeRA, host: any AdapterHost, layers: [Int]) throws(MethodError) {
    var (input, output) = (0, 0)
    for layer in layers {
      for target in method.targets {
        let linear = try host.requireLinear(
          InsertionSite(layer: layer, point: target.point), for: VeRA.schema.name)
        input = max(input, linear.inputWidth)
        output = max(output, linear.outputWidth)
      }
    }
    rank = method.rank
    widestInput = input
    widestOutput = output
    let key = RandomKey(seed: UInt64(method.basisSeed)).derived("vera")
    a = Initialisation.uniform(bound: (6 / Double(input)).squareRoot())
      .values(rank * input, key: key.derived("A"))
    b = Initialisation.uniform(bound: (6 / Double(rank)).squareRoot())
      .values(output * rank, key: key.derived("B"))
  }

  /// The first columns of A: [R, width].
  func columns(_ width: Int) -> Parameter {
    part("A.\(width)", Shape(rank, width)) {
      (0..<rank).flatMap { a[$0 * widestInput..<$0 * widestInput + width] }
    }
  }

  /// The first rows of B: [width, R].
  func rows(_ width: Int) -> Parameter {
    part("B.\(width)", Shape(width, rank)) { Array(b.prefix(width * rank)) }
  }

  private func part(_ name: String, _ shape: Shape, _ values: () -> [Float]) -> Parameter {
    if let known = parts[name] { return known }
    let parameter = Parameter(path: "vera.\(name)", shape: shape, values: values())
    parts[name] = parameter
    return parameter
  }
}

/// The scaled pair of one linear map.
private final class BasisAdapter: FoldableAdapter {
  private let inner: Parameter
  private let outer: Parameter
  private let basis: SharedBasis
  private let a: Parameter
  private let b: Parameter
  private let dropout: Float
  private let label: String

  init(
    inner: Parameter, outer: Parameter, basis: SharedBasis, a: Parameter, b: Parameter,
    dropout: Float, label: String
  ) {
    self.inner = inner
    self.outer = outer
    self.basis = basis
    self.a = a
    self.b = b
    self.dropout = dropout
    self.label = label
  }

  var parameters: [Parameter] { [inner, outer] }

  var isAffine: Bool { dropout == 0 }

  var canonicalForm: CanonicalForm {
    .scaledBasis(
      CanonicalForm.ScaledBasis(
        a: basis.a, b: basis.b, rank: basis.rank, widestInput: basis.widestInput,
        widestOutput: basis.widestOutput, inner: inner.array, outer: outer.array))
  }

  private func factors(_ tape: Tape) -> (a: Tensor, b: Tensor) {
    (
      tape.scaleRows(tape.parameter(a), by: tape.parameter(inner)),
      tape.scaleRows(tape.parameter(b), by: tape.parameter(outer))
    )
  }

  func adapted(_ y: Tensor, input x: Tensor, tape: Tape) -> Tensor {
    let (a, b) = factors(tape)
    return tape.lowRankUpdate(
      y, input: tape.adapterDropout(x, rate: dropout, label: label), a: a, b: b, scale: 1)
  }

  func fold(into map: inout FoldedMap) {
    map.add(
      Tape.evaluate { tape in
        let (a, b) = factors(tape)
        return CanonicalForm.LowRankPair(
          a: a.array, b: b.array, rank: a.rows, inputWidth: a.columns, outputWidth: b.rows,
          scale: 1)
      })
  }
}
