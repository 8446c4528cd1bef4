internal import Foundation

/// Text inside HTML and SVG.
enum Markup {
  /// Text with the five special characters as entities, safe in content and in quoted attributes;
  /// control characters, which XML forbids, are left out.
  static func escaped(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\t", "\n": result.unicodeScalars.append(scalar)
      default:
        if scalar.value >= 0x20, scalar.value != 0x7F { result.unicodeScalars.append(scalar) }
      }
    }
    return result
  }

  /// A name for files and anchors: lower-case letters, digits and single hyphens.
  static func identifier(_ text: String) -> String {
    var result = ""
    for character in text.lowercased() {
      if character.isASCII, character.isLetter || character.isNumber {
        result.append(character)
      } else if !result.isEmpty, result.last != "-" {
        result.append("-")
      }
    }
    while result.last == "-" { result.removeLast() }
    return result.isEmpty ? "x" : result
  }

  /// A number with a fixed count of digits behind the point, and a real minus sign.
  static func number(_ value: Double, _ digits: Int, signed: Bool = false) -> String {
    guard value.isFinite else { return "–" }
    var text = String(format: signed ? "%+.\(digits)f" : "%.\(digits)f", value)
    // No sign for a zero that rounding has made.
    if !text.contains(where: { $0.isNumber && $0 != "0" }) {
      text = String(format: "%.\(digits)f", 0.0)
    }
    return text.replacingOccurrences(of: "-", with: "−")
  }

  /// A whole number with thin spaces between thousands.
  static func whole(_ value: Int) -> String {
    var groups: [Substring] = []
    var digits = Substring(String(abs(value)))
    while digits.count > 3 {
      groups.insert(digits.suffix(3), at: 0)
      digits = digits.dropLast(3)
    }
    groups.insert(digits, at: 0)
    return (value < 0 ? "−" : "") + groups.joined(separator: "\u{2009}")
  }
}
