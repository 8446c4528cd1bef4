/// A tensor of a checkpoint as single-precision numbers, row-major.
public struct MappedTensor {
  public let name: String
  public let shape: [Int]
  /// Read-only; valid while `owner` lives.
  public let values: UnsafeBufferPointer<Float>
  /// Keeps the memory of `values` alive.
  public let owner: AnyObject
  /// Whether `values` points into the file itself, without a copy.
  public let isMapped: Bool
}

/// Float memory that lives as long as the object; aligned for vector loads.
final class FloatStorage {
  let values: UnsafeMutableBufferPointer<Float>
  private let memory: UnsafeMutableRawPointer

  init(count: Int) {
    // One element more, so that an empty tensor has an address too.
    memory = UnsafeMutableRawPointer.allocate(
      byteCount: (count + 1) * MemoryLayout<Float>.stride, alignment: 64)
    values = UnsafeMutableBufferPointer(
      start: memory.initializeMemory(as: Float.self, repeating: 0, count: count + 1),
      count: count)
  }

  deinit {
    memory.deallocate()
  }
}
