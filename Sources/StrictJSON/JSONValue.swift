/// One JSON value, as read from a file that may be damaged or hostile.
///
/// What distinguishes this reader from a general one: a key that stands twice in an object is an
/// error (not "the last one wins"), object members keep their order, texts are compared by their
/// bytes (Swift's `String` holds composed and decomposed accents for equal, file formats do not),
/// numbers keep their spelling until somebody asks for an integer or a floating-point number, and
/// nesting is limited, so that no input can exhaust the stack.
///
/// Reference: RFC 8259.
public enum JSONValue: Sendable {
  case null
  case bool(Bool)
  /// A number as it is spelled in the file; `integer` and `double` read it.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

extension JSONValue {
  /// Reads one document: a value with nothing but white space around it.
  ///
  /// - Throws: `JSONError` with line and column for anything that RFC 8259 does not allow, for
  ///   duplicate keys, lone surrogates, ill-formed UTF-8, and nesting deeper than 128.
  public init(parsing bytes: [UInt8]) throws(JSONError) {
    var scanner = JSONScanner(bytes)
    self = try scanner.document()
  }

  /// The number as an integer, where it is spelled as one (no point, no exponent) and fits.
  public var integer: Int? {
    guard case .number(let text) = self else { return nil }
    return Int(text)
  }

  /// The number as the nearest `Double`, where that is finite.
  public var double: Double? {
    guard case .number(let text) = self, let value = Double(text), value.isFinite else {
      return nil
    }
    return value
  }

  /// The text, where the value is one.
  public var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// The truth value, where the value is one.
  public var bool: Bool? {
    guard case .bool(let flag) = self else { return nil }
    return flag
  }

  /// The elements, where the value is an array.
  public var array: [JSONValue]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  /// The members, where the value is an object.
  public var object: JSONObject? {
    guard case .object(let object) = self else { return nil }
    return object
  }

  /// Whether the value is the word `null`.
  public var isNull: Bool {
    guard case .null = self else { return false }
    return true
  }

  /// The value in words for a message: `null`, `the number 12`, `the text 'abc'`, `an object` ….
  public var inWords: String {
    switch self {
    case .null: return "null"
    case .bool(let flag): return flag ? "true" : "false"
    case .number(let text): return "the number \(text.prefix(40))"
    case .string(let text):
      return text.count <= 60 ? "the text '\(text)'" : "the text '\(text.prefix(60))…'"
    case .array(let elements): return "a list of \(elements.count)"
    case .object: return "an object"
    }
  }

  /// A text as a JSON string literal, quotes included.
  ///
  /// Escapes what must be escaped and nothing else; control characters without a short form are
  /// written as `\u00xx` with small letters (as serde_json does, so that files are byte-equal).
  public static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{8}": result += "\\b"
      case "\u{C}": result += "\\f"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{0}"..<"\u{20}":
        result += scalar.value < 16 ? "\\u000" : "\\u00"
        result += String(scalar.value, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
