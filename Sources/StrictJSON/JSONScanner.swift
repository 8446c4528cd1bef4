/// Reads one JSON document from bytes, by recursive descent.
struct JSONScanner {
  /// Deep enough for every real file, shallow enough for every stack.
  static let depthLimit = 128

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func document() throws(JSONError) -> JSONValue {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw error(.byteOrderMark, at: 0) }
    let result = try value(depth: 0)
    skipWhitespace()
    if position < bytes.count { throw unexpected("the end of the text") }
    return result
  }

  // MARK: Values

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    skipWhitespace()
    switch current ?? 0 {
    case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
    case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
    default: return try word()
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
    if depth > Self.depthLimit { throw error(.tooDeep(limit: Self.depthLimit), at: position) }
    position += 1
    var members: [JSONObject.Member] = []
    var keys: Set<ExactText> = []
    skipWhitespace()
    if consume("}") { return JSONObject(members: members) }
    while true {
      skipWhitespace()
      if current != UInt8(ascii: "\"") { throw unexpected("a key in double quotes") }
      let start = position
      let key = try string()
      if !keys.insert(ExactText(key)).inserted { throw error(.duplicateKey(key), at: start) }
      skipWhitespace()
      if !consume(":") { throw unexpected("':' after the key '\(key)'") }
      members.append(JSONObject.Member(key: key, value: try value(depth: depth)))
      skipWhitespace()
      if consume("}") { return JSONObject(members: members) }
      if !consume(",") { throw unexpected("',' or '}'") }
    }
  }

  private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
    if depth > Self.depthLimit { throw error(.tooDeep(limit: Self.depthLimit), at: position) }
    position += 1
    var elements: [JSONValue] = []
    skipWhitespace()
    if consume("]") { return elements }
    while true {
      elements.append(try value(depth: depth))
      skipWhitespace()
      if consume("]") { return elements }
      if !consume(",") { throw unexpected("',' or ']'") }
    }
  }

  private mutating func word() throws(JSONError) -> JSONValue {
    let start = position
    let text = spelledWord()
    switch text {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "null": return .null
    case "NaN", "nan", "Infinity", "inf": throw error(.notFinite(text), at: start)
    default:
      position = start
      throw unexpected("a value")
    }
  }

  private mutating func spelledWord() -> String {
    let start = position
    while let byte = current, Self.isLetter(byte) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  // MARK: Numbers

  private mutating func number() throws(JSONError) -> String {
    let start = position
    if consume("-"), let byte = current, Self.isLetter(byte) {
      throw error(.notFinite("-" + spelledWord()), at: start)
    }
    let whole = digits()
    var isWellFormed = whole > 0 && (whole == 1 || bytes[position - whole] != UInt8(ascii: "0"))
    if consume(".") { isWellFormed = digits() > 0 && isWellFormed }
    if consume("e") || consume("E") {
      if !consume("+") { _ = consume("-") }
      isWellFormed = digits() > 0 && isWellFormed
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if !isWellFormed { throw error(.badNumber(text), at: start) }
    return text
  }

  /// Passes decimal digits and says how many.
  private mutating func digits() -> Int {
    let start = position
    while let byte = current, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
      position += 1
    }
    return position - start
  }

  // MARK: Texts

  private mutating func string() throws(JSONError) -> String {
    let opening = position
    position += 1
    var decoded: [UInt8] = []
    var start = position
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        decoded.append(contentsOf: bytes[start..<position])
        position += 1
        guard let text = String(validating: decoded, as: UTF8.self) else {
          throw error(.notUTF8, at: opening)
        }
        return text
      case UInt8(ascii: "\\"):
        decoded.append(contentsOf: bytes[start..<position])
        let scalar = try escape()
        decoded.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        start = position
      case 0..<0x20:
        throw error(.controlCharacter(byte), at: position)
      default:
        position += 1
      }
    }
    throw unexpected("'\"' at the end of a text")
  }

  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
    let start = position
    position += 1
    let kind = current
    position = min(position + 1, bytes.count)
    switch kind {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape(from: start)
    default: throw error(.badEscape(text(from: start)), at: start)
    }
  }

  /// The scalar of `\u` with four digits, or of two of them that make a surrogate pair.
  private mutating func unicodeEscape(from start: Int) throws(JSONError) -> Unicode.Scalar {
    let first = try hexadecimal(from: start)
    if let scalar = Unicode.Scalar(first) { return scalar }
    let lead = text(from: start)
    guard first < 0xDC00, consume("\\"), consume("u") else {
      throw error(.loneSurrogate(lead), at: start)
    }
    let second = try hexadecimal(from: position - 2)
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw error(.loneSurrogate(lead), at: start) }
    return scalar
  }

  private mutating func hexadecimal(from start: Int) throws(JSONError) -> UInt32 {
    var result: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw error(.badEscape(text(from: start)), at: start)
      }
      result = result << 4 | UInt32(digit)
      position += 1
    }
    return result
  }

  // MARK: Bytes and places

  private var current: UInt8? {
    position < bytes.count ? bytes[position] : nil
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    let lower = byte | 0x20
    return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z")
  }

  private mutating func consume(_ character: Unicode.Scalar) -> Bool {
    guard current == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func skipWhitespace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private func text(from start: Int) -> String {
    String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private func unexpected(_ expected: String) -> JSONError {
    var got = "the end of the text"
    if position < bytes.count {
      let rest = String(decoding: bytes[position..<min(position + 24, bytes.count)], as: UTF8.self)
      let shown = rest.unicodeScalars.prefix(while: { !$0.properties.isWhitespace }).prefix(12)
      got = shown.isEmpty ? "white space" : "'\(String(shown))'"
    }
    return error(.unexpected(expected: expected, got: got), at: position)
  }

  private func error(_ problem: JSONError.Problem, at place: Int) -> JSONError {
    var line = 1
    var column = 1
    for byte in bytes[..<place] {
      if byte == 0x0A {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    return JSONError(line: line, column: column, problem: problem)
  }
}
