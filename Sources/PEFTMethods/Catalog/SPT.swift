public import LinearAlgebra
public import NeuralNets
public import SearchSpaces

/// A budget of numbers spread by sensitivity: low-rank pairs where many entries of a map are
/// sensitive, single entries where few are (SPT).
///
/// s_i = Σ over batches of (∂L_b/∂w_i)², summed before the first step over the first batches while
/// nothing is changed: a forward and a backward with the gradients of the chosen maps for each, and 8
/// bytes a weight of them for that time. With the most sensitive entries of all maps chosen, a map
/// that has at least r · (in + out) / α of them is dense and gets W + B A, A: [r, in], B: [out, r];
/// others get values at their entries. As many are chosen as K = Σ R · (in + out) numbers can pay,
/// and what is left goes to the next single entries, so that the budget is met exactly; the official
/// code tries several numbers and keeps the result that is nearest to its budget. All single values
/// and B start at 0: an attached map equals the frozen one.
/// - Trained = deployed = published: R · (in + out) for each target, and their places.
/// - Merge: W + B A + Δ, exact up to rounding.
///
/// Reference: arXiv 2303.08566, section 3; ziplab/SPT engine.py, model/vision_transformer_timm.py.
/// The paper is on vision transformers; `spt-adapter` is its variant with bottlenecks.
public struct SPT: PEFTMethod {
  public static let schema = MethodSchema(
    name: "spt",
    summary: "Low-rank pairs where gradients are dense, single entries elsewhere (SPT).",
    scope: .layer,
    parameters: SensitivityPlan.parameters,
    sizeParameter: "rank-equivalent",
    references: ["He et al. 2023, arXiv 2303.08566", "ziplab/SPT"],
    countFormula: SensitivityPlan.countFormula,
    isMergeable: true,
    parameterCounts: counting { (method: SPT, shape) in method.plan.counts(shape) },
    positionCount: measuring { (method: SPT, shape) in method.plan.positionCount(shape) })

  public let deployed: MethodInstance
  private let plan: SensitivityPlan

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    plan = SensitivityPlan(values, module: .lowRankPair)
    deployed = values.complete
  }

  public var targets: [LinearTarget] { plan.targets }
  public var learningRate: Double? { plan.learningRate }
  public var startsAsIdentity: Bool { true }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    try plan.attach(to: host, layers: layers, key: key, method: Self.schema.name)
  }
}
