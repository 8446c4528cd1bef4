/// What data say about a published choice.
public enum Verdict: String, Codable, Hashable, Sendable, CaseIterable {
  /// The published choice beats each rival: adjusted p < 0.05 and the 95 % interval above 0.
  case replicated
  /// The 90 % interval of each rival's distance lies within the margin, over six blocks or more.
  case equivalent
  /// A rival is better than the published choice, by the same test.
  case contradicted
  /// None of these.
  case inconclusive

  /// Judges a published choice against its rivals.
  ///
  /// - Parameters:
  ///   - comparisons: of one family, in any orientation; those without the choice do not matter.
  ///   - margin: the largest difference that does not matter, in units of the score.
  public init(published choice: String, _ comparisons: [ArmComparison], margin: Double) {
    let own = comparisons.compactMap { comparison -> ArmComparison? in
      if comparison.first == choice { return comparison }
      return comparison.second == choice ? comparison.reversed : nil
    }
    if own.isEmpty {
      self = .inconclusive
    } else if own.contains(where: \.isReversed) {
      self = .contradicted
    } else if own.allSatisfy(\.isSupported) {
      self = .replicated
    } else if own.allSatisfy({ $0.isEquivalent(margin: margin) }) {
      self = .equivalent
    } else {
      self = .inconclusive
    }
  }
}
