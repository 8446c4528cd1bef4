/// The layer patterns of one number of layers and groups, for `autopeft space patterns`.
public struct PatternTable: Codable, Hashable, Sendable {
  /// One pattern.
  public struct Row: Codable, Hashable, Sendable {
    public let pattern: LayerPattern
    /// How many sizes obey the strict rule; nil above 100,000.
    public let count: Int?
    /// All of them where there are at most 100.
    public let sizes: [[Int]]?
    /// The sizes used where they are not searched; nil where the pattern is refused.
    public let canonical: [Int]?
    /// Why the pattern is refused, and what works.
    public let problem: String?
  }

  public let layers: Int
  public let groups: Int
  /// All compositions C(L − 1, G − 1); nil above 10¹⁸.
  public let compositions: Int?
  /// Sizes that differ by at most 1.
  public let balanced: Int?
  public let rows: [Row]

  public init(layers: Int, groups: Int) {
    self.layers = layers
    self.groups = groups
    compositions =
      groups >= 1 && layers >= groups ? Self.binomial(layers - 1, groups - 1) : 0
    balanced = groups >= 1 && layers >= groups ? Self.binomial(groups, layers % groups) : 0
    rows = LayerPattern.named.map { pattern in
      let list = pattern.compositions(layers: layers, groups: groups)
      var canonical: [Int]?
      var problem: String?
      do throws(GroupingProblem) {
        canonical = try pattern.canonicalSizes(layers: layers, groups: groups)
      } catch {
        problem = error.description
      }
      return Row(
        pattern: pattern, count: list?.count,
        sizes: list.flatMap { $0.count <= 100 ? $0 : nil }, canonical: canonical, problem: problem)
    }
  }

  private static func binomial(_ n: Int, _ k: Int) -> Int? {
    var value = 1
    for step in 0..<min(k, n - k) {
      let (product, overflow) = value.multipliedReportingOverflow(by: n - step)
      if overflow || product > 1_000_000_000_000_000_000 { return nil }
      value = product / (step + 1)
    }
    return value
  }
}
