/// Reads what `torch.save` writes for a dictionary of single-precision tensors.
///
/// Nothing of the pickle is executed: it may describe tensors and nothing else. Every entry's
/// checksum is checked, as PyTorch does.
///
/// Reference: see `TorchArchiveWriter`.
public enum TorchArchiveReader {
  /// All tensors of a file, in the file's order.
  ///
  /// - Throws: `CheckpointError.file` or `.damagedArchive`.
  public static func tensors(of path: String) throws(CheckpointError) -> [MappedTensor] {
    let bytes: [UInt8]
    do { bytes = try MappedFile.contents(of: path) } catch { throw .file(error) }
    do throws(TorchArchiveFault) {
      let entries = try ZipDirectory(bytes).entries
      guard let pickle = entries.first(where: { $0.key.hasSuffix("/data.pkl") }) else {
        throw .missingEntry("data.pkl")
      }
      let folder = pickle.key.dropLast("data.pkl".count)
      var tensors: [MappedTensor] = []
      for entry in try TensorPickleReader.entries(Array(bytes[pickle.value])) {
        let name = "\(folder)data/\(entry.key)"
        guard let data = entries[name] else { throw .missingEntry(name) }
        tensors.append(try tensor(entry, bytes[data]))
      }
      return tensors
    } catch { throw .damagedArchive(path: path, error) }
  }

  private static func tensor(
    _ entry: TensorPickle.Entry, _ data: ArraySlice<UInt8>
  ) throws(TorchArchiveFault) -> MappedTensor {
    let size = MemoryLayout<Float>.size
    var count = 1
    for extent in entry.shape {
      let (product, overflows) = count.multipliedReportingOverflow(by: extent)
      guard !overflows else { throw .pickle("the shape \(entry.shape) is too large") }
      count = product
    }
    let available = data.count / size
    guard entry.storageCount * size == data.count, entry.offset <= available,
      count <= available - entry.offset
    else {
      throw .wrongByteCount(
        tensor: entry.name, needed: size * max(count, entry.storageCount), got: data.count)
    }
    let storage = FloatStorage(count: count)
    data.withUnsafeBytes { raw in
      for index in 0..<count {
        let bits = raw.loadUnaligned(
          fromByteOffset: size * (entry.offset + index), as: UInt32.self)
        storage.values[index] = Float(bitPattern: UInt32(littleEndian: bits))
      }
    }
    return MappedTensor(
      name: entry.name, shape: entry.shape, values: UnsafeBufferPointer(storage.values),
      owner: storage, isMapped: false)
  }
}
