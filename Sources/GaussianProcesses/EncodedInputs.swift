/// Whether the values of an input dimension have an order.
public enum InputKind: Sendable, Hashable {
  /// A number in [0, 1], where distance means something.
  case ordered
  /// The index of a choice: two values are equal or not, nothing else.
  case unordered
}

/// Points in the form that kernels read: numbers, choices, and which of them exist.
///
/// A conditional input is inactive where its condition does not hold; its stored value is then
/// never read. n points of d dimensions, by points.
public struct EncodedInputs: Sendable, Equatable {
  /// [d].
  public let kinds: [InputKind]
  /// n · d values: in [0, 1] where ordered, an index where unordered.
  public private(set) var values: [Double] = []
  /// n · d flags.
  public private(set) var isActive: [Bool] = []
  /// n; which function each point's score belongs to.
  public private(set) var tasks: [RelatedTask] = []
  /// n.
  public private(set) var count = 0

  /// d.
  public var dimensions: Int { kinds.count }

  /// No points yet.
  public init(kinds: [InputKind]) {
    self.kinds = kinds
  }

  /// Adds a point.
  ///
  /// - Parameter task: the searched function by default.
  /// - Throws: `GaussianProcessError.wrongDimensions`, `.inputNotFinite` (an active value that is
  ///   NaN or infinite), `.notACategory`.
  public mutating func append(
    _ point: [Double], isActive active: [Bool], task: RelatedTask = .own
  ) throws(GaussianProcessError) {
    guard point.count == dimensions, active.count == dimensions else {
      throw .wrongDimensions(
        point: count, expected: dimensions, got: min(point.count, active.count))
    }
    for dimension in 0..<dimensions where active[dimension] {
      let value = point[dimension]
      guard value.isFinite else {
        throw .inputNotFinite(point: count, dimension: dimension, value: value)
      }
      if kinds[dimension] == .unordered, value < 0 || value != value.rounded() {
        throw .notACategory(point: count, dimension: dimension, value: value)
      }
    }
    for dimension in 0..<dimensions {
      values.append(active[dimension] ? point[dimension] : 0)
      isActive.append(active[dimension])
    }
    tasks.append(task)
    count += 1
  }

  /// All points of another set behind those of this one.
  public func appending(_ other: EncodedInputs) -> EncodedInputs {
    precondition(kinds == other.kinds, "EncodedInputs.appending: the dimensions differ")
    var result = self
    result.values += other.values
    result.isActive += other.isActive
    result.tasks += other.tasks
    result.count += other.count
    return result
  }

  /// A single point with some of its ordered values moved to finite places.
  func replacing(_ moved: [Int], by places: [Double]) -> EncodedInputs {
    precondition(count == 1, "EncodedInputs.replacing: one point expected, got \(count)")
    var result = self
    for (dimension, place) in zip(moved, places) { result.values[dimension] = place }
    return result
  }
}
