/// Checks a file's values against their shapes; the readers then take what is there.
enum ShapeChecker {
  /// - Parameter subject: the path in the file, such as `methods.lora.rank`.
  static func check(
    _ node: SpaceNode, _ shape: ValueShape, subject: String
  ) throws(SpaceError) {
    switch shape {
    case .list(let element, let minimum, let maximum):
      guard let items = node.items else { throw mismatch(node, shape, subject) }
      guard items.count >= minimum, items.count <= maximum ?? .max else {
        throw mismatch(node, shape, subject)
      }
      for (index, item) in items.enumerated() {
        try check(item, element, subject: "\(subject)[\(index + 1)]")
      }
    case .mapping(let mapping):
      guard let entries = node.entries else { throw mismatch(node, shape, subject) }
      try check(entries, mapping, node: node, subject: subject)
    case .oneOf(let shapes): try check(node, oneOf: shapes, subject: subject)
    default:
      guard accepts(node, scalar: shape) else { throw mismatch(node, shape, subject) }
    }
  }

  private static func check(
    _ entries: [SpaceNode.Entry], _ mapping: MappingShape, node: SpaceNode, subject: String
  ) throws(SpaceError) {
    for entry in entries {
      let path = subject == SpaceGrammar.fileSubject ? entry.key : "\(subject).\(entry.key)"
      if let key = mapping.keys.first(where: { $0.name == entry.key }) {
        try check(entry.node, key.shape, subject: path)
      } else if let others = mapping.others {
        try check(entry.node, others, subject: path)
      } else {
        throw .unknownKey(
          entry.place, subject: subject, key: entry.key, known: mapping.keys.map(\.name))
      }
    }
    for key in mapping.keys where key.isRequired {
      guard entries.contains(where: { $0.key == key.name }) else {
        throw .missingKey(node.place, subject: subject, key: key.name)
      }
    }
  }

  private static func check(
    _ node: SpaceNode, oneOf shapes: [ValueShape], subject: String
  ) throws(SpaceError) {
    switch node.value {
    case .scalar:
      for shape in shapes where accepts(node, scalar: shape) { return }
    case .sequence:
      let lists = shapes.filter { if case .list = $0 { true } else { false } }
      if let list = lists.first { return try check(node, list, subject: subject) }
    case .mapping(let entries):
      let mappings = shapes.compactMap { shape -> MappingShape? in
        if case .mapping(let mapping) = shape { mapping } else { nil }
      }
      let keys = Set(entries.map(\.key))
      if let known = mappings.first(where: { $0.keys.first.map { keys.contains($0.name) } ?? false }
      ) {
        return try check(entries, known, node: node, subject: subject)
      }
      if mappings.count == 1 {
        return try check(entries, mappings[0], node: node, subject: subject)
      }
      if let open = mappings.first(where: { $0.keys.isEmpty }) {
        return try check(entries, open, node: node, subject: subject)
      }
      if let partial = mappings.first(where: { mapping in
        mapping.keys.contains { keys.contains($0.name) }
      }) {
        return try check(entries, partial, node: node, subject: subject)
      }
      if let entry = entries.first, !mappings.isEmpty {
        throw .unknownKey(
          entry.place, subject: subject, key: entry.key,
          known: mappings.compactMap(\.keys.first?.name))
      }
    }
    throw mismatch(node, .oneOf(shapes), subject)
  }

  private static func accepts(_ node: SpaceNode, scalar shape: ValueShape) -> Bool {
    guard case .scalar(let text, let isPlain) = node.value else { return false }
    switch shape {
    case .integer(let range): return node.integer.map(range.contains) ?? false
    case .number(let range): return node.number.map(range.contains) ?? false
    case .text: return !(isPlain && text.isEmpty)
    case .word(let words): return words.contains(text)
    case .flag: return node.flag != nil
    case .limit(let unit): return node.limit(unit) != nil
    case .scalar: return node.scalar != nil
    case .list, .mapping, .oneOf: return false
    }
  }

  /// The error for a value of another shape; a misspelt word gets a suggestion.
  private static func mismatch(
    _ node: SpaceNode, _ shape: ValueShape, _ subject: String
  ) -> SpaceError {
    let words: [String] =
      switch shape {
      case .word(let words): words
      case .oneOf(let shapes):
        shapes.flatMap { if case .word(let words) = $0 { words } else { [String]() } }
      default: []
      }
    if case .scalar(let text, _) = node.value, node.number == nil, !text.isEmpty,
      words.nearest(to: text) != nil || (words.count > 1 && Self.isOnlyWords(shape))
    {
      return .unknownValue(node.place, subject: subject, value: text, known: words)
    }
    return .unexpected(
      node.place, subject: subject, expected: shape.expectation, got: node.summary)
  }

  private static func isOnlyWords(_ shape: ValueShape) -> Bool {
    if case .word = shape { true } else { false }
  }
}
