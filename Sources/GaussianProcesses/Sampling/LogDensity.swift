/// A smooth density over unconstrained numbers, up to a constant.
public protocol LogDensity: Sendable {
  /// How many numbers a place has.
  var dimensions: Int { get }

  /// log p and its gradient; −∞ (with any gradient) where the density cannot be computed.
  func evaluate(_ place: [Double]) -> (value: Double, gradient: [Double])
}
