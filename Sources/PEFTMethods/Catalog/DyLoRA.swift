public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// A low-rank update that is trained to work at every smaller rank too.
///
/// y = x Wᵀ + c + (α/b) · (drop(x) A_bᵀ) B_bᵀ,   A_b: the first b rows of A [R, in], B_b: the first b
/// columns of B [out, R]
///
/// Each training step draws b uniformly from 1 … R, one for all maps; evaluation uses b = R. With
/// 'newest', only row b of A and column b of B get gradients in that step (the paper's frozen
/// variant), with 'all' the first b. B starts at zero: an attached map equals the frozen one. Cut
/// after any rank b, with α/b as its scale, the result is a LoRA of rank b.
/// - Trained = deployed = published: R · (in + out) for each target.
/// - Merge: W + (α/R) · B A, exact up to rounding.
///
/// Reference: arXiv 2210.07558, section 4; huawei-noah/Efficient-NLP DyLoRA/loralib/layers.py.
public struct DyLoRA: PEFTMethod {
  /// Which rows and columns learn in a step of rank b.
  public enum Update: String, CaseIterable, Sendable {
    case newest
    case all
  }

  public static let schema = MethodSchema(
    name: "dylora",
    summary: "A low-rank update that works at every smaller rank (DyLoRA).",
    scope: .layer,
    parameters: [
      LinearTarget.parameter("query and value as in the paper."),
      ParameterSchema(
        "rank", .integer(1...8192), default: .integer(8),
        "R, the largest rank; 8 in the paper's GLUE runs."),
      ParameterSchema(
        "alpha-ratio", .number(0.01...128), default: .number(2),
        "α/R; the scale at rank b is α/b. 2 as in the paper's GLUE runs (α = 16, R = 8)."),
      .dropout("Share of the update's input set to zero while training; 0 by default."),
      ParameterSchema(
        "update", .choice(Update.allCases.map(\.rawValue)), default: .text(Update.newest.rawValue),
        "What learns in a step of rank b: 'newest', row and column b alone as in the paper's fast "
          + "variant, or 'all' of the first b."),
      .learningRate,
    ],
    sizeParameter: "rank",
    references: ["Valipour et al. 2023, arXiv 2210.07558", "huawei-noah/Efficient-NLP: DyLoRA"],
    countFormula: "R·(in + out) for each target",
    isMergeable: true,
    parameterCounts: counting { (method: DyLoRA, shape) in
      return method.targets.counts { method.rank * $0.widths(shape) }
    })

  public let targets: [LinearTarget]
  public let rank: Int
  public let alphaRatio: Double
  public let dropout: Double
  public let update: Update
  public let learningRate: Double?
  public let deployed: MethodInstance

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    targets = values.subset("targets")
    rank = values.integer("rank")
    alphaRatio = values.number("alpha-ratio")
    dropout = values.number("dropout")
    update = values.choice("update")
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
      let source = NestedRanks(
        a: tensors.trained(
          "dylora_A", Shape(rank, linear.inputWidth), .kaiming(fanIn: linear.inputWidth)),
        b: tensors.trained("dylora_B", Shape(linear.outputWidth, rank), .zeros),
        alpha: Float(alphaRatio * Double(rank)), update: update)
      return LowRankAdapter(source, dropout: Float(dropout), label: tensors.name("dylora"))
    }
    return attachment
  }
}

/// The first b ranks of a pair, b drawn from the noise of the step; all ranks without noise.
private struct NestedRanks: LowRankSource {
  let a: Parameter
  let b: Parameter
  let alpha: Float
  let update: DyLoRA.Update

  var parameters: [Parameter] { [a, b] }

  func factors(tape: Tape) -> LowRankFactors {
    let (rows, columns) = (tape.parameter(a), tape.parameter(b))
    guard let noise = tape.noise else {
      return LowRankFactors(a: rows, b: columns, scale: alpha / Float(a.shape[0]))
    }
    // One stream for all maps: every map draws the same rank.
    var random = CounterRandom(noise.derived("dylora-rank"))
    let rank = 1 + random.integer(below: a.shape[0])
    let newest = tape.gatherRows(rows, rows: [Int32(rank - 1)])
    let newestColumn = tape.sliceColumns(columns, rank - 1..<rank)
    guard rank > 1 else {
      return LowRankFactors(a: newest, b: newestColumn, scale: alpha)
    }
    var older = tape.gatherRows(rows, rows: (0..<Int32(rank - 1)).map { $0 })
    var olderColumns = tape.sliceColumns(columns, 0..<rank - 1)
    if update == .newest {
      older = tape.detached(older)
      olderColumns = tape.detached(olderColumns)
    }
    return LowRankFactors(
      a: tape.concatenateRows([older, newest]),
      b: tape.concatenateColumns([olderColumns, newestColumn]), scale: alpha / Float(rank))
  }
}
