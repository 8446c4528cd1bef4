/// Typed readings of a node; each is nil where the node is something else.
extension SpaceNode {
  var items: [SpaceNode]? {
    if case .sequence(let items) = value { items } else { nil }
  }

  var entries: [Entry]? {
    if case .mapping(let entries) = value { entries } else { nil }
  }

  subscript(key: String) -> SpaceNode? {
    entries?.first { $0.key == key }?.node
  }

  func entry(_ key: String) -> Entry? { entries?.first { $0.key == key } }

  /// The text of a scalar, quoted or plain.
  var text: String? {
    if case .scalar(let text, _) = value { text } else { nil }
  }

  private var plain: String? {
    if case .scalar(let text, isPlain: true) = value { text } else { nil }
  }

  /// A whole number in decimal digits, without quotes.
  var integer: Int? {
    guard let plain, Self.isNumber(plain) else { return nil }
    if let whole = Int(plain) { return whole }
    return Double(plain).flatMap { Int(exactly: $0) }.flatMap { abs($0) <= 1 << 53 ? $0 : nil }
  }

  /// A finite number in decimal digits, without quotes.
  var number: Double? {
    guard let plain, Self.isNumber(plain), let number = Double(plain), number.isFinite else {
      return nil
    }
    return number
  }

  /// `true`, `on`, `yes` or `false`, `off`, `no`, without quotes.
  var flag: Bool? {
    switch plain?.lowercased() {
    case "true", "on", "yes": true
    case "false", "off", "no": false
    default: nil
    }
  }

  /// A number, a flag (`true` and `false` only) or a word.
  var scalar: ParameterValue? {
    if let integer { return .integer(integer) }
    if let number { return .number(number) }
    switch plain {
    case "true"?: return .flag(true)
    case "false"?: return .flag(false)
    case ""?, "~"?, "null"?: return nil
    case let word?: return Self.isNumberWord(word) ? nil : .text(word)
    case nil: return text.map { .text($0) }
    }
  }

  /// A limit: `.count` in its unit, or `.share` of the backbone's parameters.
  func limit(_ unit: ValueShape.LimitUnit) -> Limit? {
    guard let plain, !plain.isEmpty else { return nil }
    if plain.hasSuffix("%"), unit == .parameters || unit == .millionths {
      let digits = String(plain.dropLast()).trimmingTrailingSpaces
      guard Self.isNumber(digits), let percent = Double(digits), percent > 0, percent <= 1000 else {
        return nil
      }
      return unit == .parameters
        ? .share(percent: percent) : .count(Int((percent * 1e4).rounded(.down)))
    }
    if unit == .millionths { return nil }
    var digits = plain
    var factor = 1.0
    let suffixes = unit == .bytes ? Self.byteSuffixes : Self.countSuffixes
    for (suffix, value) in suffixes where digits.hasSuffix(suffix) {
      digits = String(digits.dropLast(suffix.count)).trimmingTrailingSpaces
      factor = value
      break
    }
    guard Self.isNumber(digits), let number = Double(digits) else { return nil }
    let scaled = number * factor
    guard scaled >= 1, scaled <= 9e15, scaled.rounded() == scaled else { return nil }
    return .count(Int(scaled))
  }

  enum Limit {
    case count(Int)
    case share(percent: Double)
  }

  /// What stands here, in words that follow "got".
  var summary: String {
    switch value {
    case .scalar(let text, let isPlain):
      if isPlain && text.isEmpty { return "nothing" }
      if !isPlain { return "the quoted text '\(Self.shortened(text))'" }
      return number != nil || flag != nil
        ? Self.shortened(text) : "'\(Self.shortened(text))'"
    case .sequence(let items):
      return items.isEmpty
        ? "an empty list" : "a list of \(items.count) value\(items.count == 1 ? "" : "s")"
    case .mapping(let entries):
      return entries.isEmpty ? "an empty mapping" : "a mapping with the key '\(entries[0].key)'"
    }
  }

  /// The node on one line, as clauses are quoted in messages.
  var inline: String {
    switch value {
    case .scalar(let text, _): text
    case .sequence(let items): "[" + items.map(\.inline).joined(separator: ", ") + "]"
    case .mapping(let entries):
      "{" + entries.map { "\($0.key): \($0.node.inline)" }.joined(separator: ", ") + "}"
    }
  }

  private static let byteSuffixes: [(String, Double)] = [
    ("KiB", 1024), ("MiB", 1_048_576), ("GiB", 1_073_741_824), ("KB", 1e3), ("kB", 1e3),
    ("MB", 1e6), ("GB", 1e9), ("B", 1),
  ]
  private static let countSuffixes: [(String, Double)] = [("k", 1e3), ("M", 1e6), ("G", 1e9)]

  /// Decimal digits with sign, point and exponent: no hexadecimal, no `nan`, no `inf`.
  private static func isNumber(_ text: String) -> Bool {
    guard let first = text.utf8.first(where: { $0 != 0x2B && $0 != 0x2D }) else { return false }
    guard (0x30...0x39).contains(first) || first == 0x2E, text.utf8.count <= 64 else {
      return false
    }
    return text.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains(byte)
    } && Double(text) != nil
  }

  /// Words that YAML reads as numbers and that no setting can be.
  private static func isNumberWord(_ word: String) -> Bool {
    [".nan", "nan", ".inf", "-.inf", "+.inf", "inf", "-inf", "infinity"]
      .contains(word.lowercased()) || isNumber(word)
  }

  private static func shortened(_ text: String) -> String {
    text.count > 40 ? String(text.prefix(40)) + "…" : text
  }
}

extension String {
  fileprivate var trimmingTrailingSpaces: String {
    var text = self
    while text.hasSuffix(" ") { text.removeLast() }
    return text
  }
}
