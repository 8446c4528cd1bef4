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

/// The distance of optimal string alignment: inserted, deleted and replaced characters, and exchanged
/// neighbours, the commonest slip of all, as one.
public func editDistance(_ a: String, _ b: String) -> Int {
  let (a, b) = (Array(a.prefix(64)), Array(b.prefix(64)))
  var before: [Int] = []
  var last = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var best = min(last[j] + (a[i] == b[j] ? 0 : 1), min(last[j + 1], row[j]) + 1)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, before[j - 1] + 1) }
      row.append(best)
    }
    (before, last) = (last, row)
  }
  return last[b.count]
}
