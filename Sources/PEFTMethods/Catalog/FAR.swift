public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// Trains some rows of the feed-forward maps, those that move most while all of them are trained.
///
/// y_r = x (W_r + Δ_r)ᵀ + b_r + β_r for the k = ⌈ρ · out⌉ chosen rows r of a map; all others are
/// frozen. Δ: [k, in], β: [k].
///
/// Priming: for the first ⌈τ · T⌉ batches of a training of T steps, W and b of the chosen maps train
/// in full, with the head and all other methods; then each map keeps the k rows of the largest
/// ‖W_r − W⁰_r‖₁ with the values they have, every other row goes back, and the T steps follow. So
/// priming costs as many steps of full training of these maps, and, for that time, five times their
/// memory (20 · (in + 1) · out bytes a map). With τ = 0 the rows are drawn at random and nothing is
/// primed, which the paper's ablation finds close. The paper does not print what becomes of frozen
/// rows after priming; here they go back, so that the update is a block of rows. Weight decay pulls
/// rows to their pretrained values.
/// - Trained = deployed = published: ⌈ρ · out⌉ · (in + 1) for each target, and the rows' numbers.
/// - Merge: rows W_r + Δ_r and b_r + β_r, exact up to rounding.
///
/// Reference: arXiv 2205.01541 (freeze and reconfigure).
public struct FAR: PEFTMethod {
  private static let allTargets: [LinearTarget] = [.feedForwardIn, .feedForwardOut]

  public static let schema = MethodSchema(
    name: "far",
    summary: "Trains the rows of the feed-forward maps that move most at first (FAR).",
    scope: .layer,
    parameters: [
      ParameterSchema(
        "targets", .subset(allTargets.map(\.rawValue), minimum: 1),
        default: .list(allTargets.map(\.rawValue)),
        "The maps whose rows are chosen; both feed-forward maps as in the paper."),
      ParameterSchema(
        "retention", .integer(1...100), default: .integer(10),
        "ρ, the rows of each map that train, in percent, rounded up; 10 by default. The paper "
          + "freezes 40 and more percent."),
      ParameterSchema(
        "priming", .number(0...0.5), default: .number(0.05),
        "τ, the share of the training's steps that come before it to choose the rows; 0.05 by "
          + "default, a small share as in the paper. 0 draws the rows at random."),
      .learningRate,
    ],
    sizeParameter: "retention",
    references: ["Vucetic et al. 2022, arXiv 2205.01541"],
    countFormula: "⌈ρ·out⌉·(in + 1) for each target, and ⌈ρ·out⌉ row numbers in the file",
    isMergeable: true,
    parameterCounts: counting { (method: FAR, shape) in
      method.targets.counts { method.rowCount(of: $0.output(shape)) * ($0.input(shape) + 1) }
    },
    positionCount: measuring { (method: FAR, shape) in
      method.targets.reduce(0) { $0 + method.rowCount(of: $1.output(shape)) }
    })

  public let targets: [LinearTarget]
  /// 100 · ρ.
  public let retention: Int
  /// τ.
  public let priming: Double
  public let learningRate: Double?
  public let deployed: MethodInstance

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    targets = values.subset("targets")
    retention = values.integer("retention")
    priming = values.number("priming")
    learningRate = values.learningRate
    deployed = values.complete
  }

  public var startsAsIdentity: Bool { true }

  /// ⌈ρ · out⌉.
  func rowCount(of outputs: Int) -> Int { (retention * outputs + 99) / 100 }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    var attachment = Attachment()
    var blocks: [RowBlock] = []
    for layer in layers {
      for target in targets {
        let site = InsertionSite(layer: layer, point: target.point)
        let linear = try host.requireLinear(site, for: Self.schema.name)
        let bias = try host.parameter(
          "\(target.point.rawValue).bias", layer: layer, for: Self.schema.name)
        let block = RowBlock(
          linear, bias: bias.parameter, count: rowCount(of: linear.outputWidth),
          method: Self.schema.name, tensors: SiteTensors(site, key: key))
        host.attach(block, at: site)
        attachment.record(
          block, method: Self.schema.name, site: site, learningRate: learningRate)
        attachment.record(
          [block.rows.parameter], kind: .positions, method: Self.schema.name,
          learningRate: learningRate)
        blocks.append(block)
      }
    }
    attachment.hooks.append(
      RowSelection(
        blocks, priming: priming, method: Self.schema.name, learningRate: learningRate))
    return attachment
  }
}
