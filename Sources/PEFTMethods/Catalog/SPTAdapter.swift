public import LinearAlgebra
public import NeuralNets
public import SearchSpaces

/// A budget of numbers spread by sensitivity: bottlenecks beside maps with many sensitive entries,
/// single entries of those with few (SPT-Adapter).
///
/// y = x (W + Δ)ᵀ, or where the map is dense y = x Wᵀ + GELU(x Aᵀ + c_a) Bᵀ + c_b,   A: [r, in], B: [out, r]
///
/// The statistic, the choice and the budget are those of `spt`, but a dense map takes r · (in + out) +
/// r + out numbers (the official code has 2·r·out + r + out for all maps, which is the same where they
/// are square). A is drawn as LoRA's, all else is 0: an attached map equals the frozen one.
/// - Trained = deployed = published: R · (in + out) for each target, and their places.
/// - Not mergeable: an activation stands between the two maps.
///
/// Reference: arXiv 2303.08566, section 3; ziplab/SPT engine.py, model/vision_transformer_timm.py.
public struct SPTAdapter: PEFTMethod {
  public static let schema = MethodSchema(
    name: "spt-adapter",
    summary: "Bottlenecks where gradients are dense, single entries elsewhere (SPT-Adapter).",
    scope: .layer,
    parameters: SensitivityPlan.parameters,
    sizeParameter: "rank-equivalent",
    references: ["He et al. 2023, arXiv 2303.08566", "ziplab/SPT"],
    countFormula: SensitivityPlan.countFormula,
    isMergeable: false,
    parameterCounts: counting { (method: SPTAdapter, shape) in method.plan.counts(shape) },
    positionCount: measuring { (method: SPTAdapter, shape) in method.plan.positionCount(shape) })

  public let deployed: MethodInstance
  private let plan: SensitivityPlan

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    plan = SensitivityPlan(values, module: .bottleneck)
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
