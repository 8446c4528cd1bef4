/// Looks at a YAML text before the parser does, and refuses what could make the parser's work or
/// stack grow beyond the text: anchors, aliases, tags, deep nesting.
///
/// It reads tokens only as far as needed: quotes and comments are skipped; `&`, `*`, `!`, `[` and
/// `{` count where a value may begin, that is after a line's start, `[`, `{`, `,`, `: `, `- `, `? `.
enum YAMLGuard {
  /// Indentation and brackets beyond this many are refused.
  static let nestingLimit = 64

  static func check(_ text: String, file: String) throws(SpaceError) {
    var scanner = Scanner(file: file)
    for byte in text.utf8 { try scanner.read(byte) }
    try scanner.read(0x20)
  }

  private struct Scanner {
    let file: String
    private var line = 1
    private var column = 0
    private var quote: UInt8?
    private var isEscaped = false
    private var isComment = false
    /// Whether a value may begin at this byte.
    private var mayBegin = true
    /// `&`, `*` or `!` that was read where a value may begin, and its column.
    private var pending: (byte: UInt8, column: Int)?
    private var previous: UInt8 = 0x0A
    private var brackets = 0
    /// `- ` and `? ` at the start of this line: each opens a level.
    private var indicators = 0
    private var isIndicator = false

    init(file: String) { self.file = file }

    mutating func read(_ byte: UInt8) throws(SpaceError) {
      column += 1
      if byte == 0x0A {
        (line, column, isComment, indicators) = (line + 1, 0, false, 0)
        (previous, pending, isEscaped) = (byte, nil, false)
        if quote == nil { mayBegin = true }
        return
      }
      if isComment { return }
      if quote != nil { return readQuoted(byte) }
      try readPending(byte)
      try readPlain(byte)
      previous = byte
    }

    private static let dashes: [UInt8] = [UInt8(ascii: "-"), UInt8(ascii: "?")]

    private mutating func readQuoted(_ byte: UInt8) {
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
        isEscaped = true
      } else if byte == quote {
        quote = nil
        mayBegin = false
      }
      previous = byte
    }

    /// `&`, `*` and `!` are references only where a name follows; `* ` is text.
    private mutating func readPending(_ byte: UInt8) throws(SpaceError) {
      guard let (mark, start) = pending else { return }
      pending = nil
      let place = SourcePlace(file: file, line: line, column: start)
      let isSpace = byte == 0x20 || byte == 0x09 || byte == 0x0D
      switch mark {
      case UInt8(ascii: "&") where !isSpace:
        throw .reference(place, what: "an anchor ('&name')")
      case UInt8(ascii: "*") where !isSpace:
        throw .reference(place, what: "an alias ('*name')")
      case UInt8(ascii: "!"): throw .reference(place, what: "a tag ('!name')")
      default: break
      }
    }

    private mutating func readPlain(_ byte: UInt8) throws(SpaceError) {
      let wasOpen = mayBegin
      defer { isIndicator = wasOpen && Self.dashes.contains(byte) }
      let isAfterSpace = previous == 0x20 || previous == 0x09 || previous == 0x0A
      switch byte {
      case 0x20, 0x09, 0x0D:
        if previous == UInt8(ascii: ":") { mayBegin = true }
        if isIndicator {
          mayBegin = true
          indicators += 1
          if indicators > YAMLGuard.nestingLimit { throw tooDeep }
        }
      case UInt8(ascii: "#") where isAfterSpace: isComment = true
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        if mayBegin { quote = byte }
        mayBegin = false
      case UInt8(ascii: "&"), UInt8(ascii: "*"), UInt8(ascii: "!"):
        if mayBegin { pending = (byte, column) }
        mayBegin = false
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        brackets += 1
        if brackets > YAMLGuard.nestingLimit { throw tooDeep }
        mayBegin = true
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        brackets = max(0, brackets - 1)
        mayBegin = false
      case UInt8(ascii: ","): mayBegin = true
      default: mayBegin = false
      }
    }

    private var tooDeep: SpaceError {
      .tooDeep(
        SourcePlace(file: file, line: line, column: column), limit: YAMLGuard.nestingLimit)
    }
  }
}
