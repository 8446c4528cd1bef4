public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// One Kronecker product of two whole matrices as the update of a weight.
///
/// W' = W + s · A ⊗ B,   A: [p, q], B: [k, l], out = p · k, in = q · l;  rank(A ⊗ B) = rank A · rank B
///
/// A starts at zero and B uniform with bound 1/√columns, as PEFT starts LoKr (the paper's own start
/// is not published with code): an attached map equals the frozen one.
/// - Trained = deployed = published: p·q + k·l for each target.
/// - Merge: as above, exact up to rounding.
///
/// Reference: arXiv 2212.10650, section 3 (KronA); huggingface/peft src/peft/tuners/lokr/layer.py
/// with whole factors.
public struct KronA: PEFTMethod {
  public static let schema = MethodSchema(
    name: "krona",
    summary: "One Kronecker product as an update of chosen linear maps (KronA).",
    scope: .layer,
    parameters: [
      LinearTarget.parameter("query and value as in the paper."),
      KronA.factor, KronA.scale, .learningRate,
    ],
    sizeParameter: nil,
    references: ["Edalati et al. 2022, arXiv 2212.10650", "huggingface/peft: LoKrConfig"],
    countFormula: "p·q + k·l for each target, out = p·k and in = q·l",
    isMergeable: true,
    parameterCounts: counting { (method: KronA, shape) in
      return method.targets.counts {
        KroneckerShape(
          output: $0.output(shape), input: $0.input(shape), factor: method.factor
        ).count
      }
    })

  static let factor = ParameterSchema(
    "factor", .integer(0...1024), default: .integer(0),
    "p and q, the rows and columns of A, where they divide those of W, else the most of them; 0, "
      + "the default, makes both factors as square as can be, which is the smallest.")

  static let scale = ParameterSchema(
    "scale", .number(0.01...128), default: .number(1),
    "s, the constant factor of the update; 1 by default, searched from 1 to 16 in reports of the "
      + "method.")

  public let targets: [LinearTarget]
  public let factor: Int
  public let scale: Double
  public let learningRate: Double?
  public let deployed: MethodInstance

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    targets = values.subset("targets")
    factor = values.integer("factor")
    scale = values.number("scale")
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
      let shape = KroneckerShape(
        output: linear.outputWidth, input: linear.inputWidth, factor: factor)
      let update = KroneckerUpdate(
        outer: .full(
          tensors.trained("krona_A", Shape(shape.outerRows, shape.outerColumns), .zeros)),
        inner: .full(
          tensors.trained(
            "krona_B", Shape(shape.innerRows, shape.innerColumns),
            .kaiming(fanIn: shape.innerColumns))),
        scale: Float(scale))
      return DeltaAdapter(update, linear: linear, label: tensors.name("krona"))
    }
    return attachment
  }
}
