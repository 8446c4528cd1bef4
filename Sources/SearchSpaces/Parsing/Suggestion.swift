extension [String] {
  /// The names as a choice in words: `'a', 'b' or 'c'`.
  var asChoices: String {
    let quoted = map { "'\($0)'" }
    guard let last = quoted.last, count > 1 else { return quoted.first ?? "nothing" }
    return quoted.dropLast().joined(separator: ", ") + " or " + last
  }

  /// The name nearest to a misspelt one, where it is near enough to be meant.
  ///
  /// Near is an edit distance of at most 3 and at most half of the longer name's length: a name of
  /// two letters is not suggested for any other one.
  func nearest(to name: String) -> String? {
    let lowered = name.lowercased()
    let scored = map { ($0, editDistance($0.lowercased(), lowered)) }
    guard let (best, distance) = scored.min(by: { $0.1 < $1.1 }) else { return nil }
    return distance <= 3 && distance * 2 <= Swift.max(best.count, name.count) ? best : nil
  }
}

/// The Levenshtein distance: inserted, deleted and replaced characters.
func editDistance(_ a: String, _ b: String) -> Int {
  let (a, b) = (Array(a.prefix(64)), Array(b.prefix(64)))
  var row = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, y) in b.enumerated() {
      let replaced = diagonal + (x == y ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, min(row[j], row[j + 1]) + 1)
    }
  }
  return row[b.count]
}
