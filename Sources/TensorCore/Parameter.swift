/// A persistent tensor with a name: a weight of a backbone, an adapter or a head.
///
/// It is frozen when made. A frozen parameter has no gradient and may lie in a memory-mapped file
/// that is never written; `makeTrainable()` moves such values into memory of their own.
public final class Parameter {
  /// The name relative to what it is part of, such as `query.weight` or `lora.a`.
  public let path: String
  /// The extents.
  public let shape: Shape
  /// The elements, a view that ends with the parameter; only those of a parameter that owns its
  /// memory may be written.
  public private(set) var values: UnsafeMutableBufferPointer<Float>
  /// Whether the optimizer changes it: exactly then it has a gradient.
  public private(set) var isTrainable = false

  /// How often the values were changed, by assignment or by an optimizer's step.
  ///
  /// Whoever derives something costly from the values keeps it as long as this number stays.
  public private(set) var revision = 0

  private var owner: AnyObject
  private var gradientStorage: FloatStorage?

  /// A parameter that owns its values.
  public init(path: String, shape: Shape, values: [Float]) {
    precondition(
      values.count == shape.count,
      "Parameter '\(path)': shape \(shape) has \(shape.count) elements, got \(values.count) values")
    let storage = values.withUnsafeBufferPointer { FloatStorage(copying: $0) }
    self.path = path
    self.shape = shape
    self.values = storage.buffer
    self.owner = storage
  }

  /// A frozen parameter whose values lie in memory of somebody else, such as a mapped file.
  ///
  /// - Parameter owner: keeps the memory alive as long as the parameter uses it.
  public init(path: String, shape: Shape, frozen: UnsafePointer<Float>, owner: AnyObject) {
    self.path = path
    self.shape = shape
    self.values = UnsafeMutableBufferPointer(
      start: UnsafeMutablePointer(mutating: frozen), count: shape.count)
    self.owner = owner
  }

  /// The number of elements.
  public var count: Int { values.count }

  /// dL/dvalues, summed over the backward passes since it was zeroed; empty when frozen.
  ///
  /// Like `values` it is a view that ends with the parameter: whoever reads it keeps the parameter.
  public var gradient: UnsafeMutableBufferPointer<Float> {
    gradientStorage?.buffer ?? UnsafeMutableBufferPointer(start: nil, count: 0)
  }

  /// The elements copied into an array.
  public var array: [Float] { Array(values) }

  /// The gradient copied into an array; empty when frozen.
  public var gradientArray: [Float] { Array(gradient) }

  /// Gives it a gradient of zeros; values in a mapped file are copied into memory of its own.
  public func makeTrainable() {
    guard !isTrainable else { return }
    takeOwnership()
    gradientStorage = FloatStorage(zeros: count)
    isTrainable = true
  }

  /// Whether backward adds to a gradient of it.
  public var hasGradient: Bool { gradientStorage != nil }

  /// Gives a frozen parameter a gradient to look at, until `freeze()`.
  ///
  /// It stays frozen: its values are not copied and no optimizer may change them. Nothing happens to
  /// a parameter that has a gradient.
  public func watchGradient() {
    if gradientStorage == nil { gradientStorage = FloatStorage(zeros: count) }
  }

  /// Takes the gradient away; the values stay as they are.
  public func freeze() {
    gradientStorage = nil
    isTrainable = false
  }

  /// Sets the gradient to zero, before the backward passes of a step.
  public func zeroGradient() {
    gradientStorage?.buffer.update(repeating: 0)
  }

  /// Replaces all values, such as by those of a checkpoint.
  public func assign(_ newValues: [Float]) {
    newValues.withUnsafeBufferPointer { assign($0) }
  }

  /// Replaces all values; values in a mapped file are replaced in memory of its own.
  public func assign(_ newValues: UnsafeBufferPointer<Float>) {
    precondition(
      newValues.count == count,
      "Parameter '\(path)': shape \(shape) has \(count) elements, got \(newValues.count) values")
    takeOwnership()
    _ = values.update(fromContentsOf: newValues)
    revision += 1
  }

  /// Says that the values were written through `values`.
  public func noteChange() { revision += 1 }

  /// Values that a parameter goes back to.
  public struct ValuesSetAside {
    public let values: UnsafeBufferPointer<Float>
    fileprivate let owner: AnyObject
  }

  /// Goes on with a copy of the values and hands out those from before, for `putBack`.
  ///
  /// Values in a mapped file stay there, so that only the copy takes memory.
  public func setAside() -> ValuesSetAside {
    let kept = ValuesSetAside(values: UnsafeBufferPointer(values), owner: owner)
    let storage = FloatStorage(copying: kept.values)
    values = storage.buffer
    owner = storage
    return kept
  }

  /// Goes back to values from before, in their own memory.
  public func putBack(_ kept: ValuesSetAside) {
    values = UnsafeMutableBufferPointer(mutating: kept.values)
    owner = kept.owner
    revision += 1
  }

  private func takeOwnership() {
    guard !(owner is FloatStorage) else { return }
    let storage = FloatStorage(copying: UnsafeBufferPointer(values))
    values = storage.buffer
    owner = storage
  }
}
