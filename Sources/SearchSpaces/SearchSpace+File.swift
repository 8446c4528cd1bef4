public import Foundation

extension SearchSpace {
  /// Reads a space file for one backbone.
  ///
  /// - Parameters:
  ///   - text: the YAML text.
  ///   - file: the file's name in messages.
  ///   - schemas: the known methods.
  ///   - overrides: values `key.path=value` that take the place of the file's, in order.
  /// - Throws: the first fault with its place, what was expected and what was found.
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
    let grammar = SpaceGrammar(schemas: schemas)
    try SpaceGrammar.checkVersion(root)
    try ShapeChecker.check(root, grammar.file, subject: SpaceGrammar.fileSubject)
    var reader = SpaceReader(root: root, backbone: backbone, schemas: schemas)
    self = try reader.read(file: file, grammar: grammar)
  }

  /// Reads a space file from disk.
  public init(
    contentsOf url: URL, name: String, schemas: [MethodSchema], backbone: BackboneShape
  ) throws(SpaceError) {
    try self.init(
      yaml: try SpaceText.read(url, name: name), file: name, schemas: schemas, backbone: backbone)
  }

  /// The JSON Schema (draft 2020-12) of space files, for editors.
  public static func jsonSchema(schemas: [MethodSchema]) -> String {
    JSONSchemaText.document(
      SpaceGrammar(schemas: schemas).file, title: "autopeft search space",
      identifier: "https://autopeft.dev/schemas/space-1.json")
  }
}

extension BackboneShape {
  /// Refuses sizes for which counts would not fit into 64 bits.
  func checkSizes(file: String) throws(SpaceError) {
    let sizes: [(String, Int, Int)] = [
      ("layers", layers, 1024), ("hidden units", width, 262_144),
      ("feed-forward units", feedForward, 1_048_576), ("heads", heads, 4096),
      ("positions", positions, 16_777_216), ("words in its vocabulary", vocabulary, 16_777_216),
    ]
    for (what, got, limit) in sizes where got < 1 || got > limit {
      throw .backbone(file: file, what: what, got: got, limit: limit)
    }
  }
}

extension SpaceGrammar {
  /// A file of another version is named as such, whatever else it holds.
  static func checkVersion(_ root: SpaceNode) throws(SpaceError) {
    guard let node = root["version"], let version = node.integer, version != Self.version,
      version > 0
    else { return }
    throw .version(node.place, got: version, known: Self.version)
  }
}
