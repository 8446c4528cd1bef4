import Synchronization

/// What one method instance costs in one layer.
struct InstanceFacts: Sendable {
  let counts: ParameterCounts
  /// Once for all layers that hold an equal instance.
  let shared: ParameterCounts
  let positionCount: Int
  let claims: [String]
  let insertedRows: Int
  let takenPositions: Int
  let passes: Int
  /// Of an instance of model scope.
  let lowestLayer: Int
  let workload: MethodWorkload
  let refusal: String?

  init(_ instance: MethodInstance, schema: MethodSchema, backbone: BackboneShape) {
    counts = schema.parameterCounts(instance, backbone)
    shared = schema.sharedCounts(instance, backbone)
    positionCount = schema.positionCount(instance, backbone)
    claims = schema.claims(instance, backbone)
    insertedRows = schema.insertedRows(instance)
    takenPositions = schema.takenPositions(instance)
    passes = schema.passes(instance)
    lowestLayer = schema.lowestLayer(instance, backbone)
    refusal = schema.refusal(instance, backbone)
    let size = schema.sizeParameter.flatMap { instance.parameters[$0]?.asInteger } ?? 0
    let places = schema.scope == .model ? backbone.layers - lowestLayer : 1
    workload =
      claims.isEmpty && insertedRows == 0
      ? MethodWorkload(
        multiplyAddsPerToken: counts.deployed, activationsPerToken: size * places,
        isFolded: schema.isMergeable)
      : MethodWorkload(multiplyAddsPerToken: 0, activationsPerToken: 0, isFolded: true)
  }
}

/// The work that a method adds to a forward pass and to the memory of a training step.
///
/// A method that rewrites backbone weights in place adds none, and one that inserts rows makes work
/// for the backbone, which counts those rows. Any other uses each deployed number
/// in one multiply-add a token (the keys and values of a prefix too: P·D each), and keeps its inner
/// activations: as many numbers a token and layer as its size.
struct MethodWorkload: Hashable, Sendable {
  var multiplyAddsPerToken: Int
  var activationsPerToken: Int
  /// Whether nothing of the work is left once the finished method is folded into the backbone.
  var isFolded: Bool
}

/// Looks up what instances cost on one backbone, and remembers it.
///
/// A search asks for the costs of tens of thousands of configurations made of few different
/// instances. Costs may depend on whole numbers, choices, subsets and flags of an instance, and
/// never on its real numbers (learning rates, dropout, scales); so those are no part of the key.
final class CostModel: Sendable {
  let backbone: BackboneShape
  let schemas: [String: MethodSchema]

  /// A method with the values that decide costs.
  private struct Key: Hashable {
    let method: String
    let values: [ParameterValue?]
  }

  private struct Memory {
    var facts: [Key: InstanceFacts] = [:]
    var lines: [Key: [BudgetFill.Line?]] = [:]
  }

  private let memory = Mutex(Memory())
  /// The names of each method's parameters that decide costs, the size last where there is one.
  private let costNames: [String: (names: [String], size: String?)]
  /// More entries than any space needs; a larger memory is emptied.
  private static let memoryLimit = 20_000

  init(backbone: BackboneShape, schemas: [String: MethodSchema]) {
    self.backbone = backbone
    self.schemas = schemas
    costNames = schemas.mapValues { schema in
      let names = schema.parameters.filter { parameter in
        if case .number = parameter.kind { return false }
        return parameter.name != schema.sizeParameter
      }
      return (names.map(\.name), schema.sizeParameter)
    }
  }

  /// nil for a method without a schema.
  func facts(of instance: MethodInstance) -> InstanceFacts? {
    let key = key(of: instance, withSize: true)
    if let known = memory.withLock({ $0.facts[key] }) { return known }
    guard let schema = schemas[instance.name] else { return nil }
    let facts = InstanceFacts(instance, schema: schema, backbone: backbone)
    memory.withLock { memory in
      if memory.facts.count >= Self.memoryLimit { memory.facts = [:] }
      memory.facts[key] = facts
    }
    return facts
  }

  /// Counts as a line over the size, for each measure; nil where they are not on a line.
  func line(
    of instance: MethodInstance, measure: BudgetPlan.Measure,
    otherwise make: () -> [BudgetFill.Line?]
  ) -> BudgetFill.Line? {
    let position = BudgetPlan.Measure.allCases.firstIndex(of: measure) ?? 0
    let key = key(of: instance, withSize: false)
    if let known = memory.withLock({ $0.lines[key] }) { return known[position] }
    let lines = make()
    memory.withLock { memory in
      if memory.lines.count >= Self.memoryLimit { memory.lines = [:] }
      memory.lines[key] = lines
    }
    return lines[position]
  }

  /// The rows that methods of model scope put in front of each sequence, and the positions that
  /// they take from the text, together.
  func inFront(_ instances: [MethodInstance]) -> (rows: Int, positions: Int) {
    instances.compactMap { facts(of: $0) }.reduce((0, 0)) {
      ($0.0 + $1.insertedRows, $0.1 + $1.takenPositions)
    }
  }

  /// The first weight that two of the methods rewrite, if there is one.
  func clash(_ instances: [MethodInstance]) -> (methods: [String], weight: String)? {
    guard instances.count > 1 else { return nil }
    let claiming = instances.map { ($0, facts(of: $0)?.claims ?? []) }.filter { !$0.1.isEmpty }
    guard claiming.count > 1 else { return nil }
    var owners: [String: String] = [:]
    for (instance, claims) in claiming {
      for weight in claims {
        if let owner = owners[weight] { return ([owner, instance.name], weight) }
        owners[weight] = instance.name
      }
    }
    return nil
  }

  private func key(of instance: MethodInstance, withSize: Bool) -> Key {
    guard let (names, size) = costNames[instance.name] else {
      return Key(method: instance.name, values: [])
    }
    var values: [ParameterValue?] = []
    values.reserveCapacity(names.count + 1)
    for name in names { values.append(instance.parameters[name]) }
    if withSize, let size { values.append(instance.parameters[size]) }
    return Key(method: instance.name, values: values)
  }
}
