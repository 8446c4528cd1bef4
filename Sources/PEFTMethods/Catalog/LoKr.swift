public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// A Kronecker product, its factors of low rank where that is smaller, as the update of a weight.
///
/// W' = W + s · F₁ ⊗ F₂,   F₁: [out₁, in₁], F₂: [out₂, in₂], out = out₁ · out₂, in = in₁ · in₂
///
/// s = α/R. F₂ is a product of rank R where R < max(out₂, in₂) / 2, else a whole matrix; F₁ the same
/// where `decompose-both` is chosen. F₁ (or its left part) starts at zero and the rest uniform with
/// bound 1/√columns: an attached map equals the frozen one.
/// - Trained = deployed = published: the elements of the factors.
/// - Merge: as above, exact up to rounding.
///
/// Reference: LyCORIS, arXiv 2309.14859, section 3.2; huggingface/peft src/peft/tuners/lokr/layer.py.
public struct LoKr: PEFTMethod {
  public static let schema = MethodSchema(
    name: "lokr",
    summary: "A Kronecker product with factors of low rank as an update (LoKr).",
    scope: .layer,
    parameters: [
      LinearTarget.parameter("query and value, as for LoRA."),
      ParameterSchema(
        "rank", .integer(1...8192), default: .integer(8),
        "R, the rank of the factors that are products; 8 is PEFT's default."),
      ParameterSchema(
        "factor", .integer(0...1024), default: .integer(0),
        "The rows and columns of F₁ where they divide those of W, else the most of them; 0, PEFT's "
          + "default, makes both factors as square as can be."),
      ParameterSchema(
        "decompose-both", .flag, default: .flag(false),
        "Whether F₁ may be a product too; not by default, as in PEFT."),
      ParameterSchema(
        "alpha-ratio", .number(0.01...128), default: .number(1),
        "α/R, the factor s of the update; 1 is PEFT's default (α = R = 8)."),
      .learningRate,
    ],
    sizeParameter: "rank",
    references: [
      "Yeh et al. 2024 (LyCORIS), arXiv 2309.14859", "huggingface/peft: LoKrConfig",
    ],
    countFormula: "for each target out₁·in₁ + R·(out₂ + in₂), or + out₂·in₂ where F₂ is whole",
    isMergeable: true,
    parameterCounts: counting { (method: LoKr, shape) in
      return method.targets.counts {
        method.layout(output: $0.output(shape), input: $0.input(shape)).count
      }
    })

  public let targets: [LinearTarget]
  public let rank: Int
  public let factor: Int
  public let decomposesBoth: Bool
  /// s = α / R.
  public let scale: Double
  public let learningRate: Double?
  public let deployed: MethodInstance

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    targets = values.subset("targets")
    rank = values.integer("rank")
    factor = values.integer("factor")
    decomposesBoth = values.flag("decompose-both")
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
      let layout = layout(output: linear.outputWidth, input: linear.inputWidth)
      let update = KroneckerUpdate(
        outer: layout.outer.factor("lokr_w1", tensors, startsAtZero: true),
        inner: layout.inner.factor("lokr_w2", tensors, startsAtZero: false), scale: Float(scale))
      return DeltaAdapter(update, linear: linear, label: tensors.name("lokr"))
    }
    return attachment
  }

  private func layout(output: Int, input: Int) -> Layout {
    let shape = KroneckerShape(output: output, input: input, factor: factor)
    func isProduct(_ rows: Int, _ columns: Int) -> Bool { 2 * rank < max(rows, columns) }
    return Layout(
      outer: Layout.Factor(
        rows: shape.outerRows, columns: shape.outerColumns,
        rank: decomposesBoth && isProduct(shape.outerRows, shape.outerColumns) ? rank : nil),
      inner: Layout.Factor(
        rows: shape.innerRows, columns: shape.innerColumns,
        rank: isProduct(shape.innerRows, shape.innerColumns) ? rank : nil))
  }

  /// The extents of both factors.
  private struct Layout {
    struct Factor {
      let rows: Int
      let columns: Int
      /// R for a product; nil for a whole matrix.
      let rank: Int?

      var count: Int { rank.map { $0 * (rows + columns) } ?? rows * columns }

      func factor(_ name: String, _ tensors: SiteTensors, startsAtZero: Bool) -> KroneckerFactor {
        func start(_ fanIn: Int) -> Initialisation {
          startsAtZero ? .zeros : .kaiming(fanIn: fanIn)
        }
        guard let rank else {
          return .full(tensors.trained(name, Shape(rows, columns), start(columns)))
        }
        return .lowRank(
          a: tensors.trained("\(name)_b", Shape(rank, columns), .kaiming(fanIn: columns)),
          b: tensors.trained("\(name)_a", Shape(rows, rank), start(rank)))
      }
    }
    let outer: Factor
    let inner: Factor

    var count: Int { outer.count + inner.count }
  }
}
