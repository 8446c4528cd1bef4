internal import SearchSpaces

/// What a misspelt name may have meant.
enum Suggestion {
  /// The end of a sentence: the nearest known name when its distance is below 4 (the bound that
  /// swift-argument-parser uses), else all known names.
  static func suggestion(for name: String, among known: [String]) -> String {
    let near = known.map { (name: $0, distance: editDistance(name, $0)) }
      .min { ($0.distance, $0.name) < ($1.distance, $1.name) }
    if let near, near.distance < 4, near.distance < name.count {
      return " Did you mean '\(near.name)'?"
    }
    let list = known.map { "'\($0)'" }.joined(separator: ", ")
    return " Choose one of: \(list)."
  }
}
