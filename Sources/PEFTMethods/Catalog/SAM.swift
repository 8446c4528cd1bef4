public import LinearAlgebra
public import NeuralNets
public import SearchSpaces
import TensorCore

/// A sparse update at the places of the largest gradients (second-order approximation method).
///
/// W' = W + Δ, Δ zero but for K entries. With the diagonal of the Hessian replaced by its bound, the
/// entries that promise the largest fall of the loss are those with the largest g², g = ∂L/∂W at the
/// pretrained weights.
///
/// Before the first step, g is summed over the first batches of the training while nothing is
/// changed; then the K = Σ R · (in + out) entries of the largest |Σ g| are chosen, or of the largest
/// Σ g². This costs a forward and a backward with the gradients of the chosen maps for each of the
/// batches, and 8 bytes a weight of them for that time. Values start at 0: an attached map equals the
/// frozen one. They are a vector and do not decay, so that nothing but the chosen entries moves.
/// - Trained = deployed = published: R · (in + out) for each target, and their places.
/// - Merge: as above, exact up to rounding.
///
/// Reference: arXiv 2211.15583, section 4; fuzihaofzh/AnalyzeParameterEfficientFinetune
/// src/runner.py.
public struct SAM: PEFTMethod {
  /// Over what the largest entries are taken.
  public enum Comparison: String, CaseIterable, Sendable {
    /// All maps of the layers with an equal instance.
    case all
    /// Each map for itself.
    case map
  }

  /// What is summed over the batches.
  public enum Statistic: String, CaseIterable, Sendable {
    /// |Σ g|.
    case sum
    /// Σ g².
    case squares
  }

  public static let schema = MethodSchema(
    name: "sam",
    summary: "A sparse update at the places of the largest gradients (SAM).",
    scope: .layer,
    parameters: [
      ParameterSchema(
        "targets", .subset(LinearTarget.allCases.map(\.rawValue), minimum: 1),
        default: .list(LinearTarget.allCases.map(\.rawValue)),
        "The updated maps; all of them as in the paper."),
      EntryBudget.parameter("2 by default, near 0.5 % of BERT-base's maps as in the paper."),
      ParameterSchema(
        "comparison", .choice(Comparison.allCases.map(\.rawValue)),
        default: .text(Comparison.all.rawValue),
        "Where the largest are looked for: 'all' maps together, as the paper says, or in each 'map' "
          + "alone, as the official code does."),
      ParameterSchema(
        "statistic", .choice(Statistic.allCases.map(\.rawValue)),
        default: .text(Statistic.sum.rawValue),
        "What is summed over the batches: the gradient, whose square is then ranked as in the "
          + "paper, or its 'squares', an empirical Fisher information."),
      ParameterSchema(
        "batches", .integer(1...100_000), default: .integer(100),
        "Batches of the statistic, at most as many as the training has steps; 100 by default, where "
          + "the official runs take 600 of at least 20,000 steps."),
      .learningRate,
    ],
    sizeParameter: "rank-equivalent",
    references: [
      "Fu et al. 2023, arXiv 2211.15583", "fuzihaofzh/AnalyzeParameterEfficientFinetune",
    ],
    countFormula: "R·(in + out) for each target, and three numbers for each place in the file",
    isMergeable: true,
    parameterCounts: counting { (method: SAM, shape) in
      let count = method.budget.count(shape)
      return ParameterCounts(trained: count, deployed: count, published: count)
    },
    positionCount: measuring { (method: SAM, shape) in 3 * method.budget.count(shape) })

  public let targets: [LinearTarget]
  public let comparison: Comparison
  public let statistic: Statistic
  public let batches: Int
  public let learningRate: Double?
  public let deployed: MethodInstance
  let budget: EntryBudget

  public init(_ instance: MethodInstance) throws(MethodError) {
    let values = try MethodValues(instance, schema: Self.schema)
    targets = values.subset("targets")
    comparison = values.choice("comparison")
    statistic = values.choice("statistic")
    batches = values.integer("batches")
    learningRate = values.learningRate
    deployed = values.complete
    budget = EntryBudget(rank: values.integer("rank-equivalent"), targets: targets)
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
    let counts = maps.map(budget.count)
    let entries = SparseEntries(maps, counts: counts, path: path, key: key.derived(path))
    attachment.adaptMaps(
      with: entries, at: sites, method: method, host: host, learningRate: learningRate)
    attachment.hooks.append(
      GradientSelection(
        entries, counts: comparison == .map ? counts : nil, statistic: statistic, batches: batches)
    )
    return attachment
  }
}
