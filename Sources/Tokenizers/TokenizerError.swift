/// What keeps a tokenizer from being loaded.
public enum TokenizerError: Error, Hashable, Sendable, CustomStringConvertible {
  case noFiles(folder: String)
  case unreadable(path: String, reason: String)
  case notUTF8(path: String)
  case notJSON(path: String, reason: String)
  case missingField(path: String, field: String)
  case wrongValue(path: String, field: String, expected: String, got: String)
  case unknownField(path: String, field: String)
  /// A part that this program does not implement.
  case unsupported(path: String, part: String, got: String, supported: [String])
  case byteOrderMark(path: String)
  case emptyLine(path: String, line: Int)
  case emptyVocabulary(path: String)
  case duplicateToken(path: String, token: String, first: Int, second: Int)
  case duplicateNumber(path: String, number: Int, first: String, second: String)
  case addedTokenNumber(path: String, token: String, number: Int, inVocabulary: Int)
  case missingToken(path: String, token: String, role: String)
  case casingUnknown(path: String)
  case casingContradicted(path: String, said: Casing, found: Casing)
  case filesContradict(path: String, other: String, field: String, here: String, there: String)

  public var description: String {
    switch self {
    case .noFiles(let folder):
      return "\(folder): no tokenizer.json and no vocab.txt here. Is this the folder of a model?"
    case .unreadable(let path, let reason): return "\(path): cannot read: \(reason)."
    case .notUTF8(let path): return "\(path): the file is not UTF-8."
    case .notJSON(let path, let reason): return "\(path): not JSON: \(reason)"
    case .missingField(let path, let field): return "\(path): '\(field)' is missing."
    case .wrongValue(let path, let field, let expected, let got):
      return "\(path): '\(field)' must be \(expected), got \(got)."
    case .unknownField(let path, let field):
      return "\(path): '\(field)' is not known to this program, "
        + "which would not tokenise as the file wants."
    case .unsupported(let path, let part, let got, let supported):
      return "\(path): \(part) \(got) is not supported. "
        + "Supported: \(supported.joined(separator: ", "))."
    default: return vocabularySentence
    }
  }

  private var vocabularySentence: String {
    switch self {
    case .byteOrderMark(let path):
      return "\(path): the file starts with a byte order mark. Remove it."
    case .emptyLine(let path, let line):
      return "\(path):\(line): the line is empty, expected a token."
    case .emptyVocabulary(let path): return "\(path): the vocabulary is empty."
    case .duplicateToken(let path, let token, let first, let second):
      return "\(path):\(second): the token '\(token)' stands in line \(first) already."
    case .duplicateNumber(let path, let number, let first, let second):
      return "\(path): the tokens '\(first)' and '\(second)' have the same number \(number)."
    case .addedTokenNumber(let path, let token, let number, let inVocabulary):
      return "\(path): the added token '\(token)' has number \(number), "
        + "the vocabulary gives it \(inVocabulary)."
    case .missingToken(let path, let token, let role):
      return "\(path): the \(role) '\(token)' is not in the vocabulary."
    default: return casingSentence
    }
  }

  private var casingSentence: String {
    switch self {
    case .casingUnknown(let path):
      return "\(path): nothing here says whether letters become small before the vocabulary is "
        + "asked. Say --uncased or --cased, or add a tokenizer_config.json with "
        + "\"do_lower_case\"."
    case .casingContradicted(let path, let said, let found):
      return "\(path): --\(said.rawValue) contradicts the file, which is \(found.rawValue). "
        + "Leave the option out."
    case .filesContradict(let path, let other, let field, let here, let there):
      return "\(path): '\(field)' is \(here), but \(there) in \(other). Correct one of the files."
    default: return "cannot load the tokenizer."
    }
  }
}
