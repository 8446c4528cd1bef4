/// One value that takes the place of what a space or configuration file says, written `key.path=value`.
///
/// The path names mappings from the top (`training.epochs`, `strategy.initial`); the value is YAML.
/// A key that the file leaves out is added, so the ordinary checks find a misspelt one, and messages
/// name the override as their file.
struct SpaceOverride {
  let path: [String]
  let node: SpaceNode
  let place: SourcePlace

  init(_ text: String) throws(SpaceError) {
    let place = SourcePlace(file: "--set \(text)", line: 1, column: 1)
    guard let sign = text.firstIndex(of: "=") else {
      throw .unexpected(
        place, subject: "an override", expected: "key.path=value", got: "'\(text)'")
    }
    let keys = text[..<sign].split(separator: ".", omittingEmptySubsequences: false)
    guard keys.allSatisfy({ !$0.isEmpty }) else {
      throw .unexpected(
        place, subject: "an override's key",
        expected: "names joined by points, such as "
          + "training.epochs", got: "'\(text[..<sign])'")
    }
    path = keys.map(String.init)
    node = try SpaceNode.parse(String(text[text.index(after: sign)...]), file: place.file)
    self.place = place
  }

  /// The tree with the value set.
  func applied(to root: SpaceNode) throws(SpaceError) -> SpaceNode {
    try Self.setting(path[...], node, in: root, place: place)
  }

  private static func setting(
    _ path: ArraySlice<String>, _ node: SpaceNode, in tree: SpaceNode, place: SourcePlace
  ) throws(SpaceError) -> SpaceNode {
    guard let key = path.first else { return node }
    guard case .mapping(var entries) = tree.value else {
      throw .unexpected(
        place, subject: "an override's key", expected: "the name of a mapping before '.\(key)'",
        got: "a value at \(tree.place)")
    }
    let rest = path.dropFirst()
    if let index = entries.firstIndex(where: { $0.key == key }) {
      entries[index] = SpaceNode.Entry(
        key: key, place: place,
        node: try setting(rest, node, in: entries[index].node, place: place))
    } else {
      let empty = SpaceNode(place: place, value: .mapping([]))
      entries.append(
        SpaceNode.Entry(
          key: key, place: place, node: try setting(rest, node, in: empty, place: place)))
    }
    return SpaceNode(place: tree.place, value: .mapping(entries))
  }
}
