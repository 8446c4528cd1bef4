public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// A sparse update whose places are learnt by gates and cut to a budget on the way (diff pruning).
///
/// W' = W + z ⊙ z_g ⊙ w with hard-concrete gates z of parameters α for every entry, and z_g for the
/// groups of the structured variant: one of each map, as in the official code, or one of each row.
///
/// In the first share of a training's steps gates are drawn in each step and λ · Σ P(gate > 0) is
/// added to the loss; then the K = Σ R · (in + out) largest entries of |z ⊙ z_g ⊙ w| over all maps of
/// layers with an equal instance stay, and only they train to the end. An evaluation cuts in the
/// same way at any time, so that every validation score is that of a model within the budget. w = 0
/// and α = 5 at the start: an attached map equals the frozen one, and gates are nearly open.
/// - Trained: 2 · in · out for each target, and 1 or out for each group gate; that is 28 bytes a
///   weight with gradients and moments. Deployed = published: K values, and their places.
/// - Merge: as above with the kept entries, exact up to rounding.
///
/// Differs from the official code: gates and w share one limit on the gradient's norm, the gates'
/// step size follows the schedule, and moments go on over the cut.
///
/// Reference: arXiv 2012.07463, section 3; dguo98/DiffPruning examples/run_glue_diffpruning.py.
public struct DiffPruning: PEFTMethod {
  /// What shares a gate beside the gates of single entries.
  public enum Groups: String, CaseIterable, Sendable {
    case none
    case map
    case row

    /// Gates of one map.
    func count(outputs: Int) -> Int {
      switch self {
      case .none: 0
      case .map: 1
      case .row: outputs
      }
    }
  }

  public static let schema = MethodSchema(
    name: "diff-pruning",
    summary: "A sparse update whose places gates learn under an L0 penalty (diff pruning).",
    scope: .layer,
    parameters: [
      ParameterSchema(
        "targets", .subset(LinearTarget.allCases.map(\.rawValue), minimum: 1),
        default: .list(LinearTarget.allCases.map(\.rawValue)),
        "The updated maps; all of them by default, nearest to the paper, which updates everything."),
      EntryBudget.parameter(
        "2 by default, near 0.5 % of BERT-base's maps as in the paper; maps share the sum."),
      ParameterSchema(
        "groups", .choice(Groups.allCases.map(\.rawValue)), default: .text(Groups.none.rawValue),
        "Gates above those of the entries: 'none', the paper's unstructured variant, 'map', the "
          + "structured one of the official code, or 'row', one of each row of a map."),
      ParameterSchema(
        "gate-steps", .integer(0...95), default: .integer(50),
        "The share of the training's steps with gates, in percent; the kept entries train in the "
          + "rest. 50 by default, as the official run takes as many epochs for each. 0 trains "
          + "entries that are drawn at random, without gates: it is also what is left after "
          + "training."),
      ParameterSchema(
        "l0", .number(0...1), default: .number(1.25e-7),
        "λ, the weight of one gate's probability to be open in the loss; 1.25·10⁻⁷ as in the "
          + "official run."),
      ParameterSchema(
        "gate-learning-rate", .number(1e-6...10), default: .number(0.1),
        "Peak step size of the gates' parameters, per step; 0.1 as in the official code."),
      .learningRate,
    ],
    sizeParameter: "rank-equivalent",
    references: ["Guo et al. 2021, arXiv 2012.07463", "dguo98/DiffPruning"],
    countFormula:
      "2·in·out for each target trained, 1 more for each map with groups 'map' and out more with "
      + "'row'; R·(in + out) for each target deployed, and three numbers for each place in the file",
    isMergeable: true,
    parameterCounts: counting { (method: DiffPruning, shape) in
      let kept = method.budget.count(shape)
      let trained = method.targets.reduce(0) { sum, target in
        let outputs = target.output(shape)
        return sum + 2 * target.input(shape) * outputs + method.groups.count(outputs: outputs)
      }
      return ParameterCounts(
        trained: method.hasGates ? trained : kept, deployed: kept, published: kept)
    },
    positionCount: measuring { (method: DiffPruning, shape) in 3 * method.budget.count(shape) })

  public let targets: [LinearTarget]
  public let groups: Groups
  public let learningRate: Double?
  public let deployed: MethodInstance
  let budget: EntryBudget
  private let gateSteps: Int
  private let l0: Double
  private let gateLearningRate: Double

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    targets = values.subset("targets")
    groups = values.choice("groups")
    gateSteps = values.integer("gate-steps")
    l0 = values.number("l0")
    gateLearningRate = values.number("gate-learning-rate")
    learningRate = values.learningRate
    budget = EntryBudget(rank: values.integer("rank-equivalent"), targets: targets)
    var left = values.complete
    left.parameters["gate-steps"] = .integer(0)
    for name in ["groups", "l0", "gate-learning-rate"] {
      left.parameters[name] = Self.schema.parameters.first { $0.name == name }?.defaultValue
    }
    deployed = left
  }

  public var startsAsIdentity: Bool { true }

  /// An evaluation cuts to the budget, and gradients are those of the gated update.
  public var hasExactGradients: Bool { !hasGates }

  private var hasGates: Bool { gateSteps > 0 }

  public func attach(
    to host: any AdapterHost, layers: [Int], key: RandomKey
  ) throws(MethodError) -> Attachment {
    var attachment = Attachment()
    guard let first = layers.first else { return attachment }
    let method = Self.schema.name
    let (sites, maps) = try budget.maps(of: host, layers: layers, method: method)
    let path = tensorName(layer: first, method)
    guard hasGates else {
      let entries = SparseEntries(
        maps, counts: maps.map(budget.count), path: path, key: key.derived(path))
      attachment.adaptMaps(
        with: entries, at: sites, method: method, host: host, learningRate: learningRate)
      return attachment
    }
    let pruning = GatePruning(
      maps, count: maps.reduce(0) { $0 + budget.count(of: $1) }, weight: Float(l0),
      share: Double(gateSteps) / 100, path: path)
    for (index, (site, linear)) in zip(sites, maps).enumerated() {
      let delta = gatedDelta(of: linear, SiteTensors(site, key: key), pruning, map: index)
      pruning.add(delta)
      host.attach(delta, at: site)
      attachment.adapters.append(PlacedAdapter(method: method, site: site, adapter: delta))
      attachment.record(
        [delta.delta], kind: .reparametrisation, method: method, learningRate: learningRate)
      attachment.record(
        Array(delta.parameters.dropFirst()), kind: .reparametrisation, method: method,
        learningRate: gateLearningRate)
    }
    attachment.hooks.append(pruning)
    return attachment
  }

  private func gatedDelta(
    of linear: Linear, _ tensors: SiteTensors, _ pruning: GatePruning, map: Int
  ) -> GatedDelta {
    func gates(_ name: String, _ count: Int) -> Parameter {
      // σ(5) = 0.993: nearly open.
      tensors.trained(
        "diff-pruning_\(name)", Shape(count), values: [Float](repeating: 5, count: count))
    }
    let count = groups.count(outputs: linear.outputWidth)
    return GatedDelta(
      delta: tensors.trained("diff-pruning_delta", linear.weight.shape, .zeros),
      gates: gates("gates", linear.weight.count),
      groupGates: count > 0 ? gates("groups", count) : nil,
      label: tensors.name("diff-pruning"), pruning: pruning, map: map)
  }
}
