public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// A Kronecker product beside the feed-forward block, with a trained residual connection by choice.
///
/// y = LN(u + s · x (A ⊗ B)ᵀ + s_r · x + x),   A: [p, q], B: [k, l], D = p · k = q · l, x: [T, D]
///
/// x is the block's residual input, u its output after its dropout. A starts at zero, B uniform with
/// bound 1/√columns, s_r at zero: an attached block equals the frozen one.
/// - Trained = deployed = published: p·q + k·l, and 1 for the residual connection.
/// - Not mergeable: the block that it stands beside is not linear.
///
/// Reference: arXiv 2212.10650, section 3 (KronA^B, KronA^B_res); its start of s_r is not published.
public struct KronABlock: PEFTMethod {
  public static let schema = MethodSchema(
    name: "krona-block",
    summary: "A Kronecker product beside the feed-forward block (KronA^B, KronA^B_res).",
    scope: .layer,
    parameters: [
      KronA.factor, KronA.scale,
      ParameterSchema(
        "residual", .flag, default: .flag(false),
        "Whether s_r trains, which makes it KronA^B_res; not by default, the plain KronA^B."),
      .learningRate,
    ],
    sizeParameter: nil,
    references: ["Edalati et al. 2022, arXiv 2212.10650"],
    countFormula: "p·q + k·l with D = p·k = q·l, + 1 with a residual connection",
    isMergeable: false,
    parameterCounts: counting { (method: KronABlock, shape) in
      let factors = KroneckerShape(
        output: shape.width, input: shape.width, factor: method.factor)
      let count = factors.count + (method.hasResidual ? 1 : 0)
      return ParameterCounts(trained: count, deployed: count, published: count)
    })

  public let factor: Int
  public let scale: Double
  public let hasResidual: Bool
  public let learningRate: Double?
  public let deployed: MethodInstance

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    factor = values.integer("factor")
    scale = values.number("scale")
    hasResidual = values.flag("residual")
    learningRate = values.learningRate
    deployed = values.complete
  }

  public var startsAsIdentity: Bool { true }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    let shape = KroneckerShape(output: host.width, input: host.width, factor: factor)
    var attachment = Attachment()
    for layer in layers {
      let site = InsertionSite(layer: layer, point: .feedForwardBlock)
      try host.requireSite(site, for: Self.schema.name)
      let tensors = SiteTensors(site, key: key)
      let adapter = KroneckerBranch(
        update: KroneckerUpdate(
          outer: .full(
            tensors.trained("krona_A", Shape(shape.outerRows, shape.outerColumns), .zeros)),
          inner: .full(
            tensors.trained(
              "krona_B", Shape(shape.innerRows, shape.innerColumns),
              .kaiming(fanIn: shape.innerColumns))),
          scale: Float(scale)),
        residual: hasResidual ? tensors.trained("krona_residual", Shape(1), .zeros) : nil)
      host.attach(adapter, at: site)
      attachment.record(
        adapter, method: Self.schema.name, site: site, learningRate: learningRate)
    }
    return attachment
  }
}

/// delta = x Kᵀ + s_r · x.
private final class KroneckerBranch: HiddenAdapter {
  private let update: KroneckerUpdate
  private let residual: Parameter?

  init(update: KroneckerUpdate, residual: Parameter?) {
    self.update = update
    self.residual = residual
  }

  var parameters: [Parameter] { update.parameters + (residual.map { [$0] } ?? []) }

  var canonicalForm: CanonicalForm { .other }

  func delta(_ branch: ResidualBranch, tape: Tape) -> Tensor {
    let x = branch.input
    let product = tape.linear(x, weight: update.delta(of: x, tape: tape))
    guard let residual else { return product }
    let row = tape.reshape(x, Shape(1, x.count))
    let passed = tape.scaleRows(row, by: tape.parameter(residual))
    return tape.add(product, tape.reshape(passed, x.shape))
  }
}
