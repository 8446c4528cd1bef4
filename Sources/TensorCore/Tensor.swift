/// A row-major Float32 tensor whose storage belongs to a tape, a parameter or a mapped file.
///
/// A tensor made by a tape's op is valid until `Tape.reset()`; it is a view and copies nothing.
public struct Tensor {
  /// The extents.
  public let shape: Shape
  /// The elements; storage of a frozen parameter or a mapped file must not be written.
  public let values: UnsafeMutableBufferPointer<Float>
  /// The slot of its gradient on the tape, or `Tensor.noNode`.
  let node: Int32
  /// Whether a later op may write its result over these values.
  ///
  /// True for results that their own backward does not read, such as that of `linear`.
  let isOverwritable: Bool

  static let noNode: Int32 = -1

  init(
    shape: Shape, values: UnsafeMutableBufferPointer<Float>, node: Int32 = noNode,
    isOverwritable: Bool = false
  ) {
    self.shape = shape
    self.values = values
    self.node = node
    self.isOverwritable = isOverwritable
  }

  /// Whether backward computes a gradient for it.
  public var requiresGradient: Bool { node != Self.noNode }

  /// The product of all extents but the last.
  public var rows: Int { shape.rows }

  /// The last extent.
  public var columns: Int { shape.columns }

  /// The number of elements.
  public var count: Int { values.count }

  /// The value of a tensor with one element, such as a loss.
  public var scalar: Float {
    precondition(count == 1, "scalar: a tensor of shape \(shape) has \(count) elements, expected 1")
    return values[0]
  }

  /// The elements copied into an array of their own, which outlives the tape's reset.
  public var array: [Float] { Array(values) }

  /// The address of the first element.
  var pointer: UnsafeMutablePointer<Float> {
    guard let base = values.baseAddress else {
      preconditionFailure("a tensor always has storage")
    }
    return base
  }
}
