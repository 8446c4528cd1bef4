public import Foundation

extension PEFTConfiguration {
  /// Reads a configuration file: every setting a constant, defaults for what is left out.
  ///
  /// - Parameter overrides: values `key.path=value` that take the place of the file's, in order.
  /// - Throws: `SpaceError` with the place, as for space files.
  public init(
    yaml text: String, file: String, schemas: [MethodSchema], backbone: BackboneShape,
    overrides: [String] = []
  ) throws(SpaceError) {
    guard text.utf8.count <= SpaceText.sizeLimit else {
      throw .tooLarge(file: file, bytes: text.utf8.count, limit: SpaceText.sizeLimit)
    }
    try backbone.checkSizes(file: file)
    var root = try SpaceNode.parse(text, file: file)
    for override in overrides { root = try SpaceOverride(override).applied(to: root) }
    try SpaceGrammar.checkVersion(root)
    let grammar = SpaceGrammar(schemas: schemas)
    try ShapeChecker.check(
      root, grammar.configuration(isWhole: true), subject: SpaceGrammar.fileSubject)
    self = try ConfigurationReader(schemas: schemas, backbone: backbone)
      .read(root, training: TrainingSettings())
  }

  /// Reads a configuration file from disk.
  public init(
    contentsOf url: URL, name: String, schemas: [MethodSchema], backbone: BackboneShape
  ) throws(SpaceError) {
    try self.init(
      yaml: try SpaceText.read(url, name: name), file: name, schemas: schemas, backbone: backbone)
  }

  /// The JSON Schema (draft 2020-12) of configuration files, for editors.
  public static func jsonSchema(schemas: [MethodSchema]) -> String {
    JSONSchemaText.document(
      SpaceGrammar(schemas: schemas).configuration(isWhole: true),
      title: "autopeft configuration",
      identifier: "https://autopeft.dev/schemas/configuration-1.json")
  }
}

/// Reads configurations whose shape was checked.
struct ConfigurationReader {
  let schemas: [String: MethodSchema]
  let backbone: BackboneShape
  private let domains: DomainReader
  private let costModel: CostModel

  init(schemas: [MethodSchema], backbone: BackboneShape) {
    self.schemas = Dictionary(
      schemas.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    self.backbone = backbone
    domains = DomainReader(backbone: backbone)
    costModel = CostModel(backbone: backbone, schemas: self.schemas)
  }

  /// - Parameter training: the values of settings that the file leaves out.
  func read(
    _ root: SpaceNode, training defaults: TrainingSettings
  ) throws(SpaceError) -> PEFTConfiguration {
    var groups: [LayerGroup] = []
    var sum = 0
    let groupsNode = root["groups"]
    for (index, node) in (groupsNode?.items ?? []).enumerated() {
      let layers = node["layers"]?.integer ?? 0
      sum = sum.addingReportingOverflow(layers).partialValue
      let methods = try instances(
        node["methods"], subject: "group \(index + 1)", inModel: false)
      groups.append(LayerGroup(layers: layers, methods: methods))
    }
    guard sum == backbone.layers else {
      throw .groupSizes(groupsNode?.place ?? root.place, sum: sum, layers: backbone.layers)
    }
    let model = try instances(root["model"], subject: "the model", inModel: true)
    var training = defaults
    for key in TrainingKey.allCases {
      guard let node = root["training"]?[key.rawValue] else { continue }
      let value = try domains.constant(
        node, kind: key.schema.kind, subject: "training.\(key.rawValue)")
      key.set(value, in: &training)
    }
    return PEFTConfiguration(groups: groups, model: model, training: training).canonical
  }

  private func instances(
    _ node: SpaceNode?, subject: String, inModel: Bool
  ) throws(SpaceError) -> [MethodInstance] {
    var instances: [MethodInstance] = []
    for entry in node?.entries ?? [] {
      guard let schema = schemas[entry.key] else {
        throw .unknownName(
          entry.place, subject: "method", name: entry.key, known: schemas.keys.sorted())
      }
      guard (schema.scope == .layer) != inModel else {
        throw .scope(
          entry.place, method: entry.key, scope: schema.scope,
          subject: inModel ? "'model'" : "a group")
      }
      var instance = schema.defaultInstance
      for parameter in schema.parameters {
        guard let value = entry.node[parameter.name] else { continue }
        instance.parameters[parameter.name] = try domains.constant(
          value, kind: parameter.kind, subject: "\(schema.name).\(parameter.name)")
      }
      instances.append(instance)
    }
    if let node, let clash = costModel.clash(instances), clash.methods.count == 2 {
      throw .claim(
        node.place, first: clash.methods[0], second: clash.methods[1], weight: clash.weight,
        subject: subject)
    }
    return instances
  }
}
