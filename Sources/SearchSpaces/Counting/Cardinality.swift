/// How many points a space has.
public struct Cardinality: Hashable, Sendable {
  /// All combinations of the dimensions' values; nil with a continuous dimension, or above 10³⁸.
  public let raw: Int128?
  /// The decimal logarithm of `raw`; nil with a continuous dimension.
  public let rawMagnitude: Double?
  /// The distinct canonical points that are candidates; nil where they cannot be counted.
  public let valid: Int128?
  /// Why `valid` is nil.
  public let reason: String?

  public init(raw: Int128?, rawMagnitude: Double?, valid: Int128?, reason: String?) {
    self.raw = raw
    self.rawMagnitude = rawMagnitude
    self.valid = valid
    self.reason = reason
  }
}
