internal import Glibc

/// Memory for floats, aligned to cache lines, with one owner.
///
/// Empty storage has an address too, so that no caller meets a null pointer. Large storage asks for
/// huge pages: the system then clears and maps 2 MiB at a time instead of 4 KiB.
final class FloatStorage {
  /// Bytes of a cache line, and of the widest vector register.
  static let alignment = 64
  /// Bytes of a huge page.
  private static let hugePage = 2 << 20

  let buffer: UnsafeMutableBufferPointer<Float>

  /// Memory with undefined contents.
  init(uninitialized count: Int) {
    let bytes = max(1, count) * MemoryLayout<Float>.stride
    let isLarge = bytes >= 2 * Self.hugePage
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: bytes, alignment: isLarge ? Self.hugePage : Self.alignment)
    // Refused where the system has no huge pages; small ones do as well.
    if isLarge { _ = madvise(raw, bytes, MADV_HUGEPAGE) }
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
