/// How far two names are apart, for "did you mean".
enum EditDistance {
  /// The Levenshtein distance: the fewest single-character insertions, deletions and replacements.
  static func between(_ first: String, _ second: String) -> Int {
    let a = Array(first)
    let b = Array(second)
    var row = Array(0...b.count)
    for i in a.indices {
      var diagonal = row[0]
      row[0] = i + 1
      for j in b.indices {
        let replaced = diagonal + (a[i] == b[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, diagonal + 1, row[j] + 1)
      }
    }
    return row[b.count]
  }

  /// The end of a sentence: the nearest known name when its distance is below 4 (the bound that
  /// swift-argument-parser uses), else all known names.
  static func suggestion(for name: String, among known: [String]) -> String {
    let near = known.map { (name: $0, distance: between(name, $0)) }
      .min { ($0.distance, $0.name) < ($1.distance, $1.name) }
    if let near, near.distance < 4, near.distance < name.count {
      return " Did you mean '\(near.name)'?"
    }
    let list = known.map { "'\($0)'" }.joined(separator: ", ")
    return " Choose one of: \(list)."
  }
}
