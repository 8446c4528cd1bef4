/// A rule for the sizes N₁ … N_G of consecutive layer groups, from the input side.
///
/// - `increasing`: N_{i+1} > N_i; exists where L ≥ G(G+1)/2.
/// - `uniform`: all equal; where G does not divide L, sizes that differ by at most 1.
/// - `decreasing`: N_{i+1} < N_i.
/// - `spindle`: strictly rising to the middle, an equal middle pair where G is even, strictly
///   falling after it; G ≥ 3. The two ends need not be equal.
/// - `bottleneck`: the reverse of spindle.
/// - `any`: every composition.
///
/// Reference: arXiv 2301.01821, section 3.1 (four groups); the rule for other numbers of groups
/// and the canonical sizes are ours, as the paper does not give any.
public enum LayerPattern: String, Codable, Sendable, CaseIterable {
  case increasing
  case uniform
  case decreasing
  case spindle
  case bottleneck
  case any

  /// The five patterns of the paper.
  public static let named: [LayerPattern] = [
    .increasing, .uniform, .decreasing, .spindle, .bottleneck,
  ]

  /// The largest number of compositions that is listed.
  public static let listLimit = 100_000

  /// The largest number of groups whose sizes are listed.
  static let groupLimit = 4096

  /// Whether sizes obey the strict rule.
  public func admits(_ sizes: [Int]) -> Bool {
    switch self {
    case .any: return true
    case .uniform: return sizes.allSatisfy { $0 == sizes[0] }
    case .increasing: return zip(sizes, sizes.dropFirst()).allSatisfy { $0 < $1 }
    case .decreasing: return zip(sizes, sizes.dropFirst()).allSatisfy { $0 > $1 }
    case .spindle, .bottleneck:
      guard sizes.count >= 3 else { return false }
      let middle = (sizes.count + 1) / 2
      return sizes.indices.dropFirst().allSatisfy { index in
        let step = sizes[index] - sizes[index - 1]
        let sign = index < middle ? 1 : sizes.count % 2 == 0 && index == middle ? 0 : -1
        return step.signum() == (self == .spindle ? sign : -sign)
      }
    }
  }

  /// All sizes that obey the strict rule, in lexicographic order; nil above `limit` of them.
  ///
  /// Cost: the number of compositions that obey the rule's beginning.
  public func compositions(
    layers: Int, groups: Int, limit: Int = LayerPattern.listLimit
  ) -> [[Int]]? {
    guard groups >= 1, layers >= groups else { return [] }
    guard groups <= Self.groupLimit else { return nil }
    if self == .uniform {
      return layers % groups == 0 ? [Array(repeating: layers / groups, count: groups)] : []
    }
    if groups < 3, self == .spindle || self == .bottleneck { return [] }
    var list: [[Int]] = []
    var visits = 0
    let isComplete = extend([], left: layers, groups: groups) { sizes in
      list.append(sizes)
      return list.count <= limit
    } counting: {
      visits += 1
      return visits <= 5 * limit
    }
    return isComplete ? list : nil
  }

  /// Walks over all sizes that go on from a beginning; false where a callback asks to stop.
  private func extend(
    _ start: [Int], left: Int, groups: Int, found: ([Int]) -> Bool, counting: () -> Bool
  ) -> Bool {
    guard counting() else { return false }
    let open = groups - start.count
    if open == 0 { return left == 0 ? found(start) : true }
    guard left >= open else { return true }
    for size in range(after: start, left: left, groups: groups) {
      let goesOn = extend(
        start + [size], left: left - size, groups: groups, found: found, counting: counting)
      if !goesOn { return false }
    }
    return true
  }

  /// The sizes that the next group may have, given those before it.
  private func range(after start: [Int], left: Int, groups: Int) -> Range<Int> {
    let open = groups - start.count
    let most = left - (open - 1)
    let only = open == 1 ? left : 1
    guard let last = start.last else { return only..<max(only, most) + 1 }
    let middle = (groups + 1) / 2
    let sign: Int
    switch self {
    case .any: return only..<max(only, most) + 1
    case .uniform: sign = 0
    case .increasing: sign = 1
    case .decreasing: sign = -1
    case .spindle, .bottleneck:
      let slope = start.count < middle ? 1 : groups % 2 == 0 && start.count == middle ? 0 : -1
      sign = self == .spindle ? slope : -slope
    }
    let lower = max(only, sign > 0 ? last + 1 : sign == 0 ? last : 1)
    // Strictly rising to the end: s + (s + 1) + … over the open groups has to fit.
    let rising = self == .increasing ? (left - open * (open - 1) / 2) / open : most
    let upper = min(most, rising, sign < 0 ? last - 1 : sign == 0 ? last : most)
    return lower..<max(lower, upper + 1)
  }
}
