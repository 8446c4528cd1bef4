/// A safetensors file, mapped into memory; its header is checked when it is opened.
public final class SafetensorsFile: Sendable {
  /// What a file says of one tensor.
  public struct TensorInfo: Sendable, Hashable {
    public let name: String
    public let type: ElementType
    public let shape: [Int]
    /// The tensor's bytes in the file, from its start.
    public let bytes: Range<Int>
  }

  public let path: String
  /// In the order of the data.
  public let tensors: [TensorInfo]
  /// The free texts of the header.
  public let metadata: [String: String]
  private let file: MappedFile

  /// Opens a file and checks its header.
  ///
  /// - Throws: `CheckpointError.file` or `.damaged`.
  public init(path: String) throws(CheckpointError) {
    self.path = path
    do { file = try MappedFile(path: path) } catch { throw .file(error) }
    let header: SafetensorsHeader
    do {
      header = try SafetensorsHeader(file.bytes)
    } catch { throw .damaged(path: path, error) }
    metadata = header.metadata
    tensors = header.entries.map { entry in
      TensorInfo(
        name: entry.name, type: entry.type, shape: entry.shape,
        bytes: (header.dataStart + entry.bytes.lowerBound)..<(header.dataStart
          + entry.bytes.upperBound))
    }
  }

  /// The raw bytes of a tensor; valid while the file object lives.
  public func bytes(of tensor: TensorInfo) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: file.bytes[tensor.bytes])
  }

  /// A tensor as single-precision numbers.
  ///
  /// F32 data on a 4-byte boundary are used in place; other F32 data are copied, F16 and BF16 are
  /// widened (both exactly).
  public func floats(of tensor: TensorInfo) throws(CheckpointError) -> MappedTensor {
    let raw = bytes(of: tensor)
    let elementCount = tensor.shape.reduce(1, *)
    switch tensor.type {
    case .float32:
      if let base = raw.baseAddress, Int(bitPattern: base) % MemoryLayout<Float>.alignment == 0 {
        let pointer = base.bindMemory(to: Float.self, capacity: elementCount)
        return MappedTensor(
          name: tensor.name, shape: tensor.shape,
          values: UnsafeBufferPointer(start: pointer, count: elementCount), owner: file,
          isMapped: true)
      }
      return copied(tensor, elementCount) { index in
        Float(
          bitPattern: UInt32(
            littleEndian: raw.loadUnaligned(
              fromByteOffset: 4 * index, as: UInt32.self)))
      }
    case .float16:
      return copied(tensor, elementCount) { index in
        Float(
          Float16(
            bitPattern: UInt16(
              littleEndian: raw.loadUnaligned(
                fromByteOffset: 2 * index, as: UInt16.self))))
      }
    case .bfloat16:
      return copied(tensor, elementCount) { index in
        Float(
          bitPattern: UInt32(
            UInt16(
              littleEndian: raw.loadUnaligned(
                fromByteOffset: 2 * index, as: UInt16.self))) << 16)
      }
    default:
      throw .notFloats(path: path, name: tensor.name, type: tensor.type.rawValue)
    }
  }

  @inline(__always)
  private func copied(
    _ tensor: TensorInfo, _ elementCount: Int, element: (Int) -> Float
  ) -> MappedTensor {
    let storage = FloatStorage(count: elementCount)
    for index in 0..<elementCount { storage.values[index] = element(index) }
    return MappedTensor(
      name: tensor.name, shape: tensor.shape, values: UnsafeBufferPointer(storage.values),
      owner: storage, isMapped: false)
  }
}
