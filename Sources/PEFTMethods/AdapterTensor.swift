/// A tensor as files hold it: a name, extents and row-major float32 values.
public struct AdapterTensor: Hashable, Sendable {
  public var name: String
  public var shape: [Int]
  public var values: [Float]
  /// Whether the values are whole numbers that say where those of another tensor lie, and so no
  /// parameters.
  public var holdsPositions: Bool

  public init(name: String, shape: [Int], values: [Float], holdsPositions: Bool = false) {
    self.name = name
    self.shape = shape
    self.values = values
    self.holdsPositions = holdsPositions
  }
}
