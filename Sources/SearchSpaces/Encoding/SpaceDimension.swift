/// One coordinate of the encoded space.
public struct SpaceDimension: Hashable, Sendable {
  /// What the coordinate's numbers mean.
  public enum Kind: Hashable, Sendable {
    /// A place in [0, 1]. `levels` values lie on it, or a continuum where that is nil. Levels of
    /// whole numbers with `log` are not evenly spaced: always go through `SearchSpace.decode`.
    case ordered(levels: Int?)
    /// An index 0 ..< choices without an order.
    case unordered(choices: Int)
  }

  /// The unique name, such as `group2.lora.rank`, or `group2.methods[lora]` for a subset's member.
  public let path: String
  /// The key of the point's entry that holds the value, such as `group2.methods`.
  public let hyperparameter: String
  public let kind: Kind
}

/// A point as numbers: what a surrogate model sees.
public struct EncodedPoint: Hashable, Sendable {
  /// One number a dimension: a place in [0, 1] where ordered, an index where unordered.
  public var values: [Double]
  /// Whether the dimension's decision exists at this point; inactive values are 0.5 or index 0.
  public var isActive: [Bool]

  public init(values: [Double], isActive: [Bool]) {
    self.values = values
    self.isActive = isActive
  }
}
