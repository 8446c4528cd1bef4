/// How far the data support the arm that a greedy stage went on with.
public enum StageSupport: String, Codable, Hashable, Sendable, CaseIterable {
  /// It beats every other arm: adjusted p < 0.05 and the 95 % interval above 0.
  case supported
  /// It is shown to be within the margin of every other arm.
  case equivalent
  case inconclusive

  /// - Parameter comparisons: of one family, in any orientation.
  public init(choice: String, _ comparisons: [ArmComparison], margin: Double) {
    switch Verdict(published: choice, comparisons, margin: margin) {
    case .replicated: self = .supported
    case .equivalent: self = .equivalent
    case .contradicted, .inconclusive: self = .inconclusive
    }
  }
}
