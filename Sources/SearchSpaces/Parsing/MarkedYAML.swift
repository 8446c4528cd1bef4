/// A YAML document whose every value knows where it stands; scalars keep their spelling.
///
/// Files of other modules (task files) are read through this value, because this module is the
/// only one that knows the YAML package. The same text is refused as in a space file: anchors,
/// aliases, tags, keys that occur twice, deep nesting.
public struct MarkedYAML: Sendable {
  /// What a value is.
  public enum Content: Sendable {
    /// The text as written, without quotes; a plain empty value is the empty text.
    case scalar(String)
    case sequence([MarkedYAML])
    /// Keys in the order of the file.
    case mapping([Entry])
  }

  /// One key of a mapping with its value.
  public struct Entry: Sendable {
    public let key: String
    /// Where the key stands, counted from 1.
    public let line: Int
    public let column: Int
    public let value: MarkedYAML
  }

  public let content: Content
  /// Counted from 1.
  public let line: Int
  /// Counted from 1.
  public let column: Int

  /// Reads a document.
  ///
  /// - Parameter file: the file's name in errors.
  /// - Throws: `SpaceError` for text that is not YAML, an empty document, and what is refused.
  public init(parsing text: String, file: String) throws(SpaceError) {
    self.init(try SpaceNode.parse(text, file: file))
  }

  init(_ node: SpaceNode) {
    line = node.place.line
    column = node.place.column
    switch node.value {
    case .scalar(let text, _):
      content = .scalar(text)
    case .sequence(let items):
      content = .sequence(items.map { MarkedYAML($0) })
    case .mapping(let entries):
      content = .mapping(
        entries.map { entry in
          Entry(
            key: entry.key, line: entry.place.line, column: entry.place.column,
            value: MarkedYAML(entry.node))
        })
    }
  }
}
