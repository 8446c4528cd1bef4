/// The uniform law over the subsets of n things whose number of members lies in a range.
///
/// Members are decided one after the other. With c members chosen among the first i, the next is
/// chosen with probability N(i + 1, c + 1) / N(i, c), where N(i, c) is the number of ways to go on
/// to an allowed subset; so independent uniform numbers, one a member, give the uniform law.
struct SubsetLaw {
  let size: Int
  let counts: ClosedRange<Int>

  /// How many subsets are allowed.
  var total: Int { ways(decided: 0, chosen: 0) }

  /// Which members are chosen by n uniform numbers in [0, 1).
  func members(uniform: ArraySlice<Double>) -> [Bool] {
    var chosen = 0
    return uniform.enumerated().map { index, value in
      let with = Double(ways(decided: index + 1, chosen: chosen + 1))
      let without = Double(ways(decided: index + 1, chosen: chosen))
      let isMember = value * (with + without) >= without
      if isMember { chosen += 1 }
      return isMember
    }
  }

  /// N(i, c) = Σ over the allowed totals t of C(n − i, t − c); saturates at the largest integer.
  private func ways(decided: Int, chosen: Int) -> Int {
    let left = size - decided
    let range = max(0, counts.lowerBound - chosen)...max(0, counts.upperBound - chosen)
    if counts.upperBound < chosen { return 0 }
    if range.lowerBound == 0, range.upperBound >= left, left < 62 { return 1 << left }
    var sum = 0
    var binomial = 1.0
    for picked in 0...left {
      if picked > 0 { binomial = binomial * Double(left - picked + 1) / Double(picked) }
      if range.contains(picked) {
        guard Double(sum) + binomial < 4e18 else { return Int.max / 4 }
        sum += Int(binomial.rounded())
      }
    }
    return sum
  }
}
