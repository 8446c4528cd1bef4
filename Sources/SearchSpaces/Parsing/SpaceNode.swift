import Yams

/// One value of a YAML file with its place: what the readers see of Yams.
struct SpaceNode: Sendable {
  struct Entry: Sendable {
    let key: String
    let place: SourcePlace
    let node: SpaceNode
  }

  enum Value: Sendable {
    /// Text as written; `isPlain` without quotes.
    case scalar(String, isPlain: Bool)
    case sequence([SpaceNode])
    case mapping([Entry])
  }

  let place: SourcePlace
  let value: Value

  /// The deepest nesting that a file may have; the format itself needs eight levels.
  static let depthLimit = 32
  /// The largest number of values in a file.
  static let valueLimit = 50_000

  /// Parses one YAML document.
  ///
  /// Anchors, aliases and tags are refused before parsing, so that no file unfolds to more than it
  /// shows.
  static func parse(_ text: String, file: String) throws(SpaceError) -> SpaceNode {
    try YAMLGuard.check(text, file: file)
    let root: Node?
    do {
      root = try compose(yaml: text, .default, .default, .utf8)
    } catch {
      throw Self.translated(error, file: file)
    }
    guard let root else { throw .empty(file: file) }
    var builder = SpaceNodeBuilder(file: file)
    return try builder.node(root, depth: 0)
  }

  private static func translated(_ error: any Error, file: String) -> SpaceError {
    guard let error = error as? YamlError else {
      return .syntax(SourcePlace(file: file, line: 1, column: 1), problem: "\(error)")
    }
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return .syntax(
        SourcePlace(file: file, line: mark.line, column: mark.column),
        problem: problem == "but found another document"
          ? "a second document begins here, expected one" : problem.trimmingSuffix("."))
    case .reader(let problem, let offset, _, let yaml):
      let bytes = yaml.utf8.prefix(offset ?? 0)
      let line = bytes.count { $0 == 0x0A } + 1
      let column = bytes.reversed().prefix { $0 != 0x0A }.count + 1
      return .syntax(
        SourcePlace(file: file, line: line, column: column), problem: problem)
    case .duplicatedKeysInMapping(let duplicates, let context):
      return .duplicateKey(
        SourcePlace(file: file, line: context.mark.line, column: context.mark.column),
        key: duplicates.first ?? "")
    default:
      return .syntax(SourcePlace(file: file, line: 1, column: 1), problem: "\(error)")
    }
  }
}

extension String {
  fileprivate func trimmingSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}

/// Copies Yams' tree, counting values and depth.
private struct SpaceNodeBuilder {
  let file: String
  var count = 0

  mutating func node(_ node: Node, depth: Int) throws(SpaceError) -> SpaceNode {
    let place = SourcePlace(
      file: file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    count += 1
    guard count <= SpaceNode.valueLimit else {
      throw .tooManyValues(place, limit: SpaceNode.valueLimit)
    }
    guard depth <= SpaceNode.depthLimit else {
      throw .tooDeep(place, limit: SpaceNode.depthLimit)
    }
    switch node {
    case .scalar(let scalar):
      let isPlain = scalar.style == .plain || scalar.style == .any
      return SpaceNode(place: place, value: .scalar(scalar.string, isPlain: isPlain))
    case .sequence(let sequence):
      var items: [SpaceNode] = []
      for item in sequence { items.append(try self.node(item, depth: depth + 1)) }
      return SpaceNode(place: place, value: .sequence(items))
    case .mapping(let mapping):
      var entries: [SpaceNode.Entry] = []
      var keys: Set<String> = []
      for (key, item) in mapping {
        let keyPlace = SourcePlace(
          file: file, line: key.mark?.line ?? 1, column: key.mark?.column ?? 1)
        guard case .scalar(let scalar) = key else { throw .keyKind(keyPlace) }
        guard keys.insert(scalar.string).inserted else {
          throw .duplicateKey(keyPlace, key: scalar.string)
        }
        let child = try self.node(item, depth: depth + 1)
        entries.append(SpaceNode.Entry(key: scalar.string, place: keyPlace, node: child))
      }
      return SpaceNode(place: place, value: .mapping(entries))
    case .alias: throw .reference(place, what: "an alias ('*name')")
    }
  }
}
