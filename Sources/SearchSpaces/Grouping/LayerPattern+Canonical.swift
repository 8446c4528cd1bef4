/// Why a grouping is not possible on a backbone.
public struct GroupingProblem: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Reason: Hashable, Sendable {
    /// No sizes obey the rule.
    case impossible
    /// The nearest sizes obey the rule of another pattern.
    case sameAs(LayerPattern, [Int])
    /// More groups than layers.
    case tooManyGroups
    /// Too many compositions to list.
    case tooMany(limit: Int)
  }

  public let pattern: LayerPattern
  public let layers: Int
  public let groups: Int
  public let reason: Reason
  /// The largest smaller number of groups for which the pattern exists, with its sizes.
  public let alternative: [Int]?

  public var description: String {
    let what = "pattern '\(pattern.rawValue)' with \(groups) groups"
    let remedy =
      alternative.map { sizes in
        " Use \(sizes.count) \(sizes.count == 1 ? "group" : "groups") "
          + "(\(sizes.map(String.init).joined(separator: ", "))) or another pattern."
      } ?? " Use another pattern."
    switch reason {
    case .impossible:
      return "\(what) does not exist on \(layers) layers: \(need).\(remedy)"
    case .sameAs(let other, let sizes):
      return
        "\(what) on \(layers) layers would be \(sizes.map(String.init).joined(separator: ", "))"
        + ", which is '\(other.rawValue)'.\(remedy)"
    case .tooManyGroups:
      return "\(groups) groups do not fit into \(layers) layers. Use at most \(layers) groups."
    case .tooMany(let limit):
      return "\(what) has more than \(limit) different sizes on \(layers) layers. Use fewer groups "
        + "or explicit sizes."
    }
  }

  private var need: String {
    switch pattern {
    case .increasing, .decreasing:
      "strictly \(pattern.rawValue) sizes need at least \(groups * (groups + 1) / 2) layers"
    case .spindle, .bottleneck:
      groups < 3 ? "it needs at least 3 groups" : "no sizes obey its rule"
    case .uniform, .any: "no sizes obey its rule"
    }
  }
}

extension LayerPattern {
  /// The one list of sizes that stands for the pattern where sizes are not searched.
  ///
  /// With the weights wᵢ = i (increasing), 1 (uniform), min(i, G+1−i) (spindle),
  /// 1 + ⌈G/2⌉ − min(i, G+1−i) (bottleneck) and targets tᵢ = L·wᵢ / Σ w: of the sizes that obey the
  /// rule the most symmetric (uniform, spindle, bottleneck), then the nearest to t by least
  /// squares, then the first in lexicographic order; decreasing is increasing reversed. Uniform
  /// sizes that cannot be equal are balanced ones, unless these obey another pattern's rule.
  ///
  /// - Throws: `GroupingProblem` with the largest smaller number of groups that works.
  public func canonicalSizes(layers: Int, groups: Int) throws(GroupingProblem) -> [Int] {
    switch outcome(layers: layers, groups: groups) {
    case .success(let sizes): return sizes
    case .failure(let reason):
      throw GroupingProblem(
        pattern: self, layers: layers, groups: groups, reason: reason,
        alternative: alternative(layers: layers, below: groups))
    }
  }

  /// All sizes that `sizes: sampled` chooses from; for uniform groups of unequal size the balanced
  /// ones that obey no other pattern's rule.
  public func sampledSizes(layers: Int, groups: Int) throws(GroupingProblem) -> [[Int]] {
    let canonical = try canonicalSizes(layers: layers, groups: groups)
    if self == .uniform {
      if layers % groups == 0 { return [canonical] }
      return balanced(layers: layers, groups: groups).filter { twin(of: $0) == nil }
    }
    guard let list = compositions(layers: layers, groups: groups) else {
      throw GroupingProblem(
        pattern: self, layers: layers, groups: groups, reason: .tooMany(limit: Self.listLimit),
        alternative: nil)
    }
    return list
  }

  private enum Outcome {
    case success([Int])
    case failure(GroupingProblem.Reason)
  }

  private func outcome(layers: Int, groups: Int) -> Outcome {
    guard groups >= 1, groups <= layers else { return .failure(.tooManyGroups) }
    if groups == 1 {
      return self == .spindle || self == .bottleneck
        ? .failure(.impossible) : .success([layers])
    }
    switch self {
    case .decreasing:
      switch LayerPattern.increasing.outcome(layers: layers, groups: groups) {
      case .success(let sizes): return .success(sizes.reversed())
      case .failure(let reason): return .failure(reason)
      }
    case .any:
      return LayerPattern.uniform.nearest(
        in: balanced(layers: layers, groups: groups), layers: layers, groups: groups)
    case .uniform:
      let best = nearest(
        in: balanced(layers: layers, groups: groups), layers: layers, groups: groups)
      if layers % groups != 0, case .success(let sizes) = best, let other = twin(of: sizes) {
        return .failure(.sameAs(other, sizes))
      }
      return best
    case .increasing, .spindle, .bottleneck:
      guard let list = compositions(layers: layers, groups: groups) else {
        return .failure(.tooMany(limit: Self.listLimit))
      }
      return nearest(in: list, layers: layers, groups: groups)
    }
  }

  private func nearest(in list: [[Int]], layers: Int, groups: Int) -> Outcome {
    let weights = (1...groups).map { weight($0, of: groups) }
    let sum = Double(weights.reduce(0, +))
    let targets = weights.map { Double(layers * $0) / sum }
    func asymmetry(_ sizes: [Int]) -> Int {
      if self == .increasing { return 0 }
      return zip(sizes, sizes.reversed()).reduce(0) { $0 + abs($1.0 - $1.1) }
    }
    func distance(_ sizes: [Int]) -> Double {
      zip(sizes, targets).reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
    }
    let best = list.min { a, b in
      let (first, second) = (asymmetry(a), asymmetry(b))
      if first != second { return first < second }
      let (near, far) = (distance(a), distance(b))
      if abs(near - far) > 1e-9 { return near < far }
      return a.lexicographicallyPrecedes(b)
    }
    return best.map(Outcome.success) ?? .failure(.impossible)
  }

  private func weight(_ group: Int, of groups: Int) -> Int {
    let depth = min(group, groups + 1 - group)
    return switch self {
    case .increasing: group
    case .decreasing: groups + 1 - group
    case .uniform, .any: 1
    case .spindle: depth
    case .bottleneck: 1 + (groups + 1) / 2 - depth
    }
  }

  /// All sizes that differ by at most 1.
  private func balanced(layers: Int, groups: Int) -> [[Int]] {
    let (small, larger) = (layers / groups, layers % groups)
    guard groups <= 24 else {
      // Beyond 24 groups only the symmetric arrangement is considered.
      return [
        (0..<groups).map { index in
          small + ((index + 1) * larger / groups - index * larger / groups)
        }
      ]
    }
    var list: [[Int]] = []
    func place(_ sizes: [Int], _ left: Int) {
      if sizes.count == groups {
        list.append(sizes)
        return
      }
      if list.count > Self.listLimit { return }
      if groups - sizes.count > left { place(sizes + [small], left) }
      if left > 0 { place(sizes + [small + 1], left - 1) }
    }
    place([], larger)
    return list
  }

  /// Another named pattern whose strict rule the sizes obey.
  private func twin(of sizes: [Int]) -> LayerPattern? {
    LayerPattern.named.first { $0 != .uniform && $0.admits(sizes) }
  }

  private func alternative(layers: Int, below groups: Int) -> [Int]? {
    // Longer lists of groups are not searched for: eight is more than any study uses.
    for fewer in stride(from: min(groups, layers + 1, 9) - 1, through: 1, by: -1) {
      if case .success(let sizes) = outcome(layers: layers, groups: fewer) { return sizes }
    }
    return nil
  }
}
