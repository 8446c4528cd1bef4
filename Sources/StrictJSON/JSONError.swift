/// Why a text is not JSON, and where.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What stands where it must not.
  public enum Problem: Hashable, Sendable {
    case byteOrderMark
    case notUTF8
    case tooDeep(limit: Int)
    case duplicateKey(String)
    case controlCharacter(UInt8)
    case badEscape(String)
    case loneSurrogate(String)
    case badNumber(String)
    /// NaN and the infinities, which JSON does not have.
    case notFinite(String)
    case unexpected(expected: String, got: String)
  }

  /// Counted from 1.
  public let line: Int
  /// Counted from 1, in Unicode scalars.
  public let column: Int
  public let problem: Problem

  public var description: String {
    "line \(line), column \(column): \(sentence)"
  }

  private var sentence: String {
    switch problem {
    case .byteOrderMark:
      return "the text starts with a byte order mark, which JSON does not allow. Remove it."
    case .notUTF8:
      return "the bytes are not UTF-8."
    case .tooDeep(let limit):
      return "lists and objects are nested deeper than \(limit) levels."
    case .duplicateKey(let key):
      return "the key '\(key)' stands twice in one object."
    case .controlCharacter(let byte):
      let hex = String(byte, radix: 16)
      return "a control character (0x\(byte < 16 ? "0" : "")\(hex)) inside a text; "
        + "JSON writes it as \\u00\(byte < 16 ? "0" : "")\(hex)."
    case .badEscape(let text):
      return "'\(text)' is not an escape sequence of JSON."
    case .loneSurrogate(let text):
      return "'\(text)' is half of a surrogate pair without the other half."
    case .badNumber(let text):
      return "'\(text)' is not a number of JSON."
    case .notFinite(let text):
      return "'\(text)' is not JSON, which has no NaN and no infinity."
    case .unexpected(let expected, let got):
      return "expected \(expected), got \(got)."
    }
  }
}
