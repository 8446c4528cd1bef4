import LinearAlgebra
import NeuralNets
import SearchSpaces
import TensorCore

/// What the variants of SPT have in common: their hyper-parameters, counts and attachment.
struct SensitivityPlan {
  static let parameters = [
    ParameterSchema(
      "targets", .subset(LinearTarget.allCases.map(\.rawValue), minimum: 1),
      default: .list(LinearTarget.allCases.map(\.rawValue)),
      "The maps among which the budget is spread; all of them as in the paper."),
    EntryBudget.parameter(
      "2 by default, near 0.5 % of BERT-base's maps, within the paper's budgets."),
    ParameterSchema(
      "rank", .integer(1...8192), default: .integer(8),
      "r of what a dense map gets; 8 as in the official runs."),
    ParameterSchema(
      "density-factor", .number(1...1000), default: .number(10),
      "α: a map is dense with so many times fewer chosen entries than what it gets has numbers; 10 "
        + "as in the official runs."),
    ParameterSchema(
      "batches", .integer(1...100_000), default: .integer(16),
      "Batches of the statistic, at most as many as the training has steps; 16 as in the official "
        + "code."),
    .learningRate,
  ]

  static let countFormula =
    "R·(in + out) for each target, and in the file three numbers for each and one for each target"

  let targets: [LinearTarget]
  let learningRate: Double?
  private let budget: EntryBudget
  private let settings: SensitivitySelection.Settings

  init(_ values: MethodValues, module: SensitivityModule) {
    targets = values.subset("targets")
    budget = EntryBudget(rank: values.integer("rank-equivalent"), targets: targets)
    settings = SensitivitySelection.Settings(
      module: module, rank: values.integer("rank"), factor: values.number("density-factor"),
      batches: values.integer("batches"))
    learningRate = values.learningRate
  }

  func counts(_ shape: BackboneShape) -> ParameterCounts {
    let count = budget.count(shape)
    return ParameterCounts(trained: count, deployed: count, published: count)
  }

  func positionCount(_ shape: BackboneShape) -> Int {
    3 * budget.count(shape) + targets.count
  }

  func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey, method: String
  ) throws(MethodError) -> Attachment {
    var attachment = Attachment()
    guard let first = layers.first else { return attachment }
    let (sites, maps) = try budget.maps(of: host, layers: layers, method: method)
    let path = tensorName(layer: first, method)
    let key = key.derived(path)
    let selection = SensitivitySelection(
      SparseEntries(maps, counts: maps.map(budget.count), path: path, key: key),
      settings: settings, path: path, key: key.derived("factors"))
    for (index, site) in sites.enumerated() {
      let adapter = selection.adapter(map: index)
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
