/// A tensor as files hold it: a name, extents and row-major float32 values.
public struct AdapterTensor: Hashable, Sendable {
  public var name: String
  public var shape: [Int]
  public var values: [Float]

  public init(name: String, shape: [Int], values: [Float]) {
    self.name = name
    self.shape = shape
    self.values = values
  }
}
