/// Memory for floats, aligned to cache lines, with one owner.
///
/// Empty storage has an address too, so that no caller meets a null pointer.
final class FloatStorage {
  /// Bytes of a cache line, and of the widest vector register.
  static let alignment = 64

  let buffer: UnsafeMutableBufferPointer<Float>

  /// Memory with undefined contents.
  init(uninitialized count: Int) {
    let bytes = max(1, count) * MemoryLayout<Float>.stride
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: Self.alignment)
    buffer = UnsafeMutableBufferPointer(
      start: raw.bindMemory(to: Float.self, capacity: max(1, count)), count: count)
  }

  convenience init(zeros count: Int) {
    self.init(uninitialized: count)
    buffer.initialize(repeating: 0)
  }

  convenience init(copying values: UnsafeBufferPointer<Float>) {
    self.init(uninitialized: values.count)
    _ = buffer.initialize(from: values)
  }

  deinit {
    UnsafeMutableRawPointer(buffer.baseAddress)?.deallocate()
  }
}
