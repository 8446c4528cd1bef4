/// Which function a point's score belongs to: the one that is searched, or one like it.
///
/// One-factor model: f_t = ρ_t f + √(1 − ρ_t²) g_t, with f and all g_t independent processes of the
/// same kernel k. So
///
///     cov(f_t(x), f_t(x')) = k(x, x'),     cov(f_t(x), f_u(x')) = ρ_t ρ_u k(x, x'),
///
/// with ρ = 1 for the searched function itself. A score of another function tells of f as much as ρ
/// allows, however many there are: what is particular to the other function, g_t, is correlated over
/// the space and does not average out, as independent noise would.
///
/// Reference: Bonilla, Chai, Williams, "Multi-task Gaussian process prediction", NIPS 2007; Swersky,
/// Snoek, Adams, "Multi-task Bayesian optimization", NIPS 2013.
public struct RelatedTask: Sendable, Hashable {
  /// 0 for the searched function; 1, 2, 3 … for others.
  public let index: Int
  /// ρ.
  public let correlation: Double

  /// The searched function.
  public static let own = RelatedTask(uncheckedIndex: 0, correlation: 1)

  /// Another function.
  ///
  /// - Parameters:
  ///   - index: 1, 2, 3 …
  ///   - correlation: from 0 to below 1.
  public init(_ index: Int, correlation: Double) {
    precondition(
      index >= 1 && (0..<1).contains(correlation),
      "RelatedTask: an index from 1 and a correlation in [0, 1) expected, got \(index), \(correlation)"
    )
    self.init(uncheckedIndex: index, correlation: correlation)
  }

  private init(uncheckedIndex index: Int, correlation: Double) {
    self.index = index
    self.correlation = correlation
  }

  public var isOwn: Bool { index == 0 }

  /// The factor on the kernel between points of two functions.
  func factor(_ other: RelatedTask) -> Double {
    index == other.index ? 1 : correlation * other.correlation
  }
}
