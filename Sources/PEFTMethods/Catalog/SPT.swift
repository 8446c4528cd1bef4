public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

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
/// The paper is on vision transformers; its variant with adapters is not here.
public struct SPT: PEFTMethod {
  public static let schema = MethodSchema(
    name: "spt",
    summary: "Low-rank pairs where gradients are dense, single entries elsewhere (SPT).",
    scope: .layer,
    parameters: [
      ParameterSchema(
        "targets", .subset(LinearTarget.allCases.map(\.rawValue), minimum: 1),
        default: .list(LinearTarget.allCases.map(\.rawValue)),
        "The maps among which the budget is spread; all of them as in the paper."),
      EntryBudget.parameter(
        "2 by default, near 0.5 % of BERT-base's maps, within the paper's budgets."),
      ParameterSchema(
        "rank", .integer(1...8192), default: .integer(8),
        "r of the pair of a dense map; 8 as in the official runs."),
      ParameterSchema(
        "density-factor", .number(1...1000), default: .number(10),
        "α: a map is dense with so many times fewer chosen entries than its pair has numbers; 10 as "
          + "in the official runs."),
      ParameterSchema(
        "batches", .integer(1...100_000), default: .integer(16),
        "Batches of the statistic, at most as many as the training has steps; 16 as in the official "
          + "code."),
      .learningRate,
    ],
    sizeParameter: "rank-equivalent",
    references: ["He et al. 2023, arXiv 2303.08566", "ziplab/SPT"],
    countFormula:
      "R·(in + out) for each target, and in the file three numbers for each and one for each target",
    isMergeable: true,
    parameterCounts: counting { (method: SPT, shape) in
      let count = method.budget.count(shape)
      return ParameterCounts(trained: count, deployed: count, published: count)
    },
    positionCount: measuring { (method: SPT, shape) in
      3 * method.budget.count(shape) + method.targets.count
    })

  public let targets: [LinearTarget]
  public let learningRate: Double?
  public let deployed: MethodInstance
  let budget: EntryBudget
  private let settings: SensitivitySelection.Settings

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    targets = values.subset("targets")
    budget = EntryBudget(rank: values.integer("rank-equivalent"), targets: targets)
    settings = SensitivitySelection.Settings(
      rank: values.integer("rank"), factor: values.number("density-factor"),
      batches: values.integer("batches"))
    learningRate = values.learningRate
    deployed = values.complete
  }

  public var startsAsIdentity: Bool { true }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    var attachment = Attachment()
    guard let first = layers.first else { return attachment }
    let method = Self.schema.name
    let (sites, maps) = try budget.maps(of: host, layers: layers, method: method)
    let path = tensorName(layer: first, method)
    let key = key.derived(path)
    let selection = SensitivitySelection(
      SparseEntries(maps, counts: maps.map(budget.count), path: path, key: key),
      settings: settings, path: path, key: key.derived("factors"))
    for (index, site) in sites.enumerated() {
      let adapter = SensitivityAdapter(selection, map: index, rank: settings.rank)
      host.attach(adapter, at: site)
      attachment.adapters.append(PlacedAdapter(method: method, site: site, adapter: adapter))
    }
    attachment.record(
      [selection.values], kind: .added, method: method, learningRate: learningRate)
    attachment.record(
      [selection.positions.parameter, selection.denseMaps.parameter], kind: .positions,
      method: method, learningRate: learningRate)
    attachment.hooks.append(selection)
    return attachment
  }
}
