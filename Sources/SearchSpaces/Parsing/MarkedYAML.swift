internal import Yams

/// A YAML document whose every value knows where it stands; scalars keep their spelling.
///
/// Files of other modules (task files) are read through this value, because this module is the
/// only one that knows the YAML package.
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
    /// Where the key stands.
    public let line: Int
    public let column: Int
    public let value: MarkedYAML
  }

  public let content: Content
  /// Counted from 1.
  public let line: Int
  /// Counted from 1.
  public let column: Int
}

/// Why a text is not YAML, with its place.
public struct MarkedYAMLError: Error, Hashable, Sendable {
  public let line: Int?
  public let column: Int?
  public let problem: String
}

extension MarkedYAML {
  /// Reads a document.
  ///
  /// - Throws: `MarkedYAMLError` for text that is not YAML, an empty document, aliases, and keys
  ///   that are not scalars.
  public init(parsing text: String) throws(MarkedYAMLError) {
    let node: Node?
    do {
      node = try compose(yaml: text)
    } catch let error as YamlError {
      throw MarkedYAMLError(error)
    } catch {
      throw MarkedYAMLError(line: nil, column: nil, problem: String(describing: error))
    }
    guard let node else {
      throw MarkedYAMLError(line: nil, column: nil, problem: "the file is empty.")
    }
    try self.init(node)
  }

  private init(_ node: Node) throws(MarkedYAMLError) {
    line = node.mark?.line ?? 1
    column = node.mark?.column ?? 1
    switch node {
    case .scalar(let scalar):
      content = .scalar(scalar.string)
    case .sequence(let sequence):
      var elements: [MarkedYAML] = []
      for element in sequence { elements.append(try MarkedYAML(element)) }
      content = .sequence(elements)
    case .mapping(let mapping):
      var entries: [Entry] = []
      for (key, value) in mapping {
        guard case .scalar(let scalar) = key else {
          throw MarkedYAMLError(
            line: key.mark?.line, column: key.mark?.column,
            problem: "a key must be a word, got a list or a mapping.")
        }
        entries.append(
          Entry(
            key: scalar.string, line: key.mark?.line ?? line, column: key.mark?.column ?? column,
            value: try MarkedYAML(value)))
      }
      content = .mapping(entries)
    case .alias:
      throw MarkedYAMLError(
        line: node.mark?.line, column: node.mark?.column,
        problem: "anchors and aliases are not supported.")
    }
  }
}

extension MarkedYAMLError {
  init(_ error: YamlError) {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      self.init(line: mark.line, column: mark.column, problem: "\(problem).")
    case .duplicatedKeysInMapping(let keys, let context):
      self.init(
        line: context.mark.line, column: context.mark.column,
        problem: "key '\(keys.first ?? "")' is written twice.")
    case .reader(let problem, _, _, _):
      self.init(line: nil, column: nil, problem: "\(problem).")
    default:
      self.init(line: nil, column: nil, problem: "\(error)")
    }
  }
}
