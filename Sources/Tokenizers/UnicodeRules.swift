internal import Foundation

/// The character classes of Hugging Face `tokenizers`, scalar by scalar.
///
/// That library mixes three versions of Unicode: general categories are those of Unicode 8,
/// canonical decomposition and combining classes those of Unicode 9, white space and lower case
/// those of its Rust compiler. Scalars that a version did not have yet are of no category there, do
/// not decompose and do not combine. The standard library knows all versions up to its own and the
/// version in which a scalar appeared, which gives the same classes; the few scalars whose category
/// was changed later are listed. A test compares every scalar of Unicode.
///
/// Reference: huggingface/tokenizers tokenizers/src/normalizers/bert.rs, pre_tokenizers/bert.rs;
/// crates unicode_categories 0.1.1 and unicode-normalization-alignments 0.1.12.
enum UnicodeRules {
  /// White space at which words end (`char::is_whitespace`).
  static func isWhitespace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x80
      ? scalar.value == 0x20 || (0x09...0x0D).contains(scalar.value)
      : scalar.properties.isWhitespace
  }

  /// What `clean_text` removes: controls, formats, private use, U+0000 and U+FFFD, but not tab,
  /// line feed and carriage return.
  static func isRemovedByCleaning(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D: return false
    case 0..<0x20, 0x7F, 0xFFFD: return true
    case 0x20..<0x7F: return false
    default:
      switch scalar.properties.generalCategory {
      case .control, .format, .privateUse, .surrogate: return existed(scalar, in: 8)
      default: return false
      }
    }
  }

  /// What stands as a token of its own: ASCII punctuation and symbols, and category P.
  static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: return true
    case 0..<0x80: return false
    case 0x166D, 0x111C9: return true
    default:
      switch scalar.properties.generalCategory {
      case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
        .initialPunctuation, .finalPunctuation, .otherPunctuation:
        return existed(scalar, in: 8)
      default: return false
      }
    }
  }

  /// What stripping of accents removes: category Mn.
  static func isNonspacingMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x300, 0x1885, 0x1886, 0xA9BD, 0x111C9: return false
    case 0x1734, 0x1171E: return true
    default:
      return scalar.properties.generalCategory == .nonspacingMark && existed(scalar, in: 8)
    }
  }

  /// The canonical combining class: 0 for starters.
  static func combiningClass(_ scalar: Unicode.Scalar) -> UInt8 {
    if scalar.value < 0x300 { return 0 }
    let value = scalar.properties.canonicalCombiningClass.rawValue
    return value != 0 && existed(scalar, in: 9) ? value : 0
  }

  /// Whether BERT's normaliser sets a scalar apart as a Chinese character.
  static func isChineseCharacter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F,
      0x2B740...0x2B81F, 0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      return true
    default: return false
    }
  }

  /// Appends the full canonical decomposition of a scalar, without reordering.
  static func decompose(_ scalar: Unicode.Scalar, into result: inout [Unicode.Scalar]) {
    let value = scalar.value
    if value < 0xC0 {
      result.append(scalar)
    } else if (0xAC00...0xD7A3).contains(value) {
      decomposeHangul(value - 0xAC00, into: &result)
    } else if let parts = decompositions[value] {
      result.append(contentsOf: parts)
    } else {
      result.append(scalar)
    }
  }

  /// Appends the lower case of a scalar, whatever stands around it.
  static func lowercase(_ scalar: Unicode.Scalar, into result: inout [Unicode.Scalar]) {
    if scalar.value < 0x80 {
      let isUpper = (0x41...0x5A).contains(scalar.value)
      result.append(isUpper ? Unicode.Scalar(UInt8(scalar.value) | 0x20) : scalar)
    } else {
      result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
    }
  }

  /// Whether a scalar counts as part of a word beside an added token (`\w` of regular expressions).
  static func isWordCharacter(_ scalar: Unicode.Scalar) -> Bool {
    let properties = scalar.properties
    if properties.isAlphabetic || properties.isJoinControl { return true }
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
      return true
    default: return false
    }
  }

  private static func existed(_ scalar: Unicode.Scalar, in version: Int) -> Bool {
    guard let age = scalar.properties.age else { return false }
    return age.major < version || (age.major == version && age.minor == 0)
  }

  /// Hangul syllables decompose by rule (The Unicode Standard, section 3.12).
  private static func decomposeHangul(_ index: UInt32, into result: inout [Unicode.Scalar]) {
    let parts = [0x1100 + index / 588, 0x1161 + index % 588 / 28, 0x11A7 + index % 28]
    for part in index.isMultiple(of: 28) ? parts[..<2] : parts[...] {
      if let scalar = Unicode.Scalar(part) { result.append(scalar) }
    }
  }

  /// All scalars with a decomposition but Hangul; the blocks are those that hold any up to
  /// Unicode 9.
  private static let decompositions: [UInt32: [Unicode.Scalar]] = {
    var table: [UInt32: [Unicode.Scalar]] = [:]
    let blocks: [ClosedRange<UInt32>] = [
      0xC0...0x30FF, 0xF900...0xFB4F, 0x11080...0x115FF, 0x1D100...0x1D1FF, 0x2F800...0x2FA1F,
    ]
    for value in blocks.joined() {
      guard let scalar = Unicode.Scalar(value), existed(scalar, in: 9) else { continue }
      let parts = Array(String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars)
      if parts != [scalar] { table[value] = parts }
    }
    return table
  }()
}
