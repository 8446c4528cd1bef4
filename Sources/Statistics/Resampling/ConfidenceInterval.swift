/// An estimate with an interval around it.
public struct ConfidenceInterval: Codable, Hashable, Sendable {
  public let estimate: Double
  public let lower: Double
  public let upper: Double
  /// Such as 0.95.
  public let level: Double

  public init(estimate: Double, lower: Double, upper: Double, level: Double) {
    self.estimate = estimate
    self.lower = lower
    self.upper = upper
    self.level = level
  }

  public var excludesZero: Bool { lower > 0 || upper < 0 }

  /// The interval of the negated quantity.
  public var negated: ConfidenceInterval {
    ConfidenceInterval(estimate: -estimate, lower: -upper, upper: -lower, level: level)
  }
}
