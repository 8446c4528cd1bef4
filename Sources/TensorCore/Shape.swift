/// The extents of a row-major tensor of rank 0 to 4.
///
/// A matrix view is always possible: `columns` is the last extent, `rows` the product of all
/// others. Rank 0 is a scalar with one row and one column.
public struct Shape: Hashable, Sendable, CustomStringConvertible {
  private let extents: SIMD4<Int32>
  private let storedRank: Int32

  /// A scalar.
  public init() {
    extents = .one
    storedRank = 0
  }

  public init(_ first: Int) {
    self.init(SIMD4(Int32(first), 1, 1, 1), rank: 1)
  }

  public init(_ first: Int, _ second: Int) {
    self.init(SIMD4(Int32(first), Int32(second), 1, 1), rank: 2)
  }

  public init(_ first: Int, _ second: Int, _ third: Int) {
    self.init(SIMD4(Int32(first), Int32(second), Int32(third), 1), rank: 3)
  }

  public init(_ first: Int, _ second: Int, _ third: Int, _ fourth: Int) {
    self.init(SIMD4(Int32(first), Int32(second), Int32(third), Int32(fourth)), rank: 4)
  }

  /// A shape from as many extents as the list holds, at most four.
  public init(_ list: [Int]) {
    precondition(list.count <= 4, "Shape: rank must be at most 4, got \(list)")
    var extents = SIMD4<Int32>.one
    for (axis, extent) in list.enumerated() { extents[axis] = Int32(extent) }
    self.init(extents, rank: Int32(list.count))
  }

  private init(_ extents: SIMD4<Int32>, rank: Int32) {
    precondition(extents.min() >= 0, "Shape: extents must not be negative, got \(extents)")
    self.extents = extents
    self.storedRank = rank
  }

  /// The number of axes.
  public var rank: Int { Int(storedRank) }

  /// The extent of an axis.
  public subscript(axis: Int) -> Int {
    precondition(axis >= 0 && axis < rank, "Shape: axis \(axis) of \(self) does not exist")
    return Int(extents[axis])
  }

  /// The number of elements.
  public var count: Int {
    Int(extents[0]) * Int(extents[1]) * Int(extents[2]) * Int(extents[3])
  }

  /// The last extent; 1 for a scalar.
  public var columns: Int { rank == 0 ? 1 : Int(extents[rank - 1]) }

  /// The product of all extents but the last; 1 for a vector or scalar.
  public var rows: Int {
    var product = 1
    for axis in 0..<max(0, rank - 1) { product *= Int(extents[axis]) }
    return product
  }

  /// The extents as a list.
  public var dimensions: [Int] { (0..<rank).map { Int(extents[$0]) } }

  public var description: String { "\(dimensions)" }
}
