import StrictJSON

/// Which modules a list of names in a PEFT configuration means, and which pattern a module takes.
///
/// Reference: huggingface/peft src/peft/tuners/tuners_utils.py, `check_target_module_exists`, and
/// src/peft/utils/other.py, `get_pattern_key`.
enum ModuleNames {
  /// Whether a list names a module: its whole path, or its end behind a point.
  static func contain(_ names: [String], _ path: String) -> Bool {
    names.contains { path == $0 || path.hasSuffix(".\($0)") }
  }

  /// The value of the first pattern that a module matches; nil where none does.
  ///
  /// PEFT takes a key for a regular expression that the path, or its end behind a point, must match
  /// as a whole. Keys of letters, digits, `_`, `-` and points are read so (a point stands for any
  /// character), with an anchor `^` before or without it.
  /// - Throws: `ImportError.unsupported` for other regular expressions.
  static func value(
    _ patterns: [(key: String, value: Double)], _ path: String, field: String, file: String
  ) throws -> Double? {
    for pattern in patterns {
      guard let key = Key(pattern.key) else {
        throw ImportError.unsupported(
          file: file, what: "the key '\(pattern.key)' of '\(field)'",
          reason: "only names of modules are read, not other regular expressions")
      }
      if key.matches(path) { return pattern.value }
    }
    return nil
  }

  /// A pattern without operators.
  private struct Key {
    /// nil stands for any character.
    private let characters: [Character?]
    private let isAnchored: Bool

    init?(_ text: String) {
      var rest = Substring(text)
      isAnchored = rest.first == "^"
      if isAnchored { rest.removeFirst() }
      var characters: [Character?] = []
      while let character = rest.popFirst() {
        switch character {
        case ".": characters.append(nil)
        case "\\" where rest.first == ".":
          characters.append(rest.removeFirst())
        case "_", "-": characters.append(character)
        default:
          guard character.isLetter || character.isNumber else { return nil }
          characters.append(character)
        }
      }
      guard !characters.isEmpty else { return nil }
      self.characters = characters
    }

    func matches(_ path: String) -> Bool {
      let path = Array(path)
      let start = path.count - characters.count
      guard start == 0 || (start > 0 && !isAnchored && path[start - 1] == ".") else {
        return false
      }
      return zip(characters, path[start...]).allSatisfy { $0 == nil || $0 == $1 }
    }
  }
}
