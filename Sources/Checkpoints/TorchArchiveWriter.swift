internal import StrictJSON

/// Writes what `torch.save` writes for a dictionary of single-precision tensors.
///
/// A zip archive without compression: `data.pkl` holds the names, shapes and places of the tensors
/// as a pickle of protocol 2, `data/i` the numbers of tensor i, row-major and little-endian, each on
/// a boundary of 64 bytes. The pickle asks for nothing but tensors and an empty ordered dictionary,
/// so that `torch.load` takes it with `weights_only=True`. The bytes depend on names, shapes and
/// values only; tensors stand in the order of their names' bytes.
///
/// Reference: pytorch/pytorch torch/serialization.py, torch/_weights_only_unpickler.py;
/// PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16.
public enum TorchArchiveWriter {
  /// Archives of 4 GiB and more, or of more entries, need the fields of zip64, which are not written.
  static let byteLimit = Int(UInt32.max)
  static let entryLimit = Int(UInt16.max)
  private static let folder = "archive"

  /// Writes a file durably, complete or not at all.
  ///
  /// - Parameter aliases: further names of tensors whose numbers are written once, by the alias, as
  ///   `torch.save` does for parameters that modules share. Each names a tensor of the list.
  /// - Throws: `CheckpointError.duplicateName`, `.archiveTooLarge`, or `.file`.
  public static func write(
    _ tensors: [NamedTensor], aliases: [String: String] = [:], to path: String
  ) throws(CheckpointError) {
    let sorted = tensors.sorted { ExactText($0.name) < ExactText($1.name) }
    let names = (tensors.map(\.name) + aliases.keys).map(ExactText.init).sorted()
    for (first, second) in zip(names, names.dropFirst()) where first == second {
      throw .duplicateName(path: path, name: first.text)
    }
    precondition(
      Set(aliases.values).isSubset(of: tensors.map(\.name)),
      "TorchArchiveWriter: an alias names a tensor that is not written")
    let pickle = TensorPickle.bytes(sorted, aliases: aliases)
    let size = sorted.reduce(pickle.count) { $0 + $1.byteCount + 512 }
    guard size < byteLimit, sorted.count + 3 <= entryLimit else {
      throw .archiveTooLarge(path: path, tensors: sorted.count, bytes: size)
    }
    do throws(FileError) {
      var archive = StoredArchive(file: try AtomicFile(path: path))
      try archive.add("\(folder)/data.pkl", pickle)
      try archive.add("\(folder)/byteorder", Array("little".utf8))
      for (index, tensor) in sorted.enumerated() {
        try archive.add("\(folder)/data/\(index)", tensor)
      }
      try archive.add("\(folder)/version", Array("3\n".utf8))
      try archive.commit()
    } catch { throw .file(error) }
  }
}

/// A zip archive of entries without compression, written from front to back.
private struct StoredArchive: ~Copyable {
  private var file: AtomicFile
  private var offset = 0
  private var directory: [UInt8] = []
  private var count = 0

  init(file: consuming AtomicFile) { self.file = file }

  mutating func add(_ name: String, _ tensor: NamedTensor) throws(FileError) {
    switch tensor.values {
    case .memory(let values): try add(name, UnsafeRawBufferPointer(values))
    case .array(let values): try add(name, values)
    }
  }

  mutating func add<Element>(_ name: String, _ values: [Element]) throws(FileError) {
    var failure: FileError?
    values.withUnsafeBytes { bytes in
      do throws(FileError) { try add(name, bytes) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  private mutating func add(_ name: String, _ bytes: UnsafeRawBufferPointer) throws(FileError) {
    let start = offset
    let fields = Self.fields(name, checksum: CRC32.checksum(bytes), size: bytes.count)
    // A field of its own ("FB", as PyTorch's) moves the data to the next boundary.
    let unaligned = start + 30 + name.utf8.count + 4
    let filling = (64 - unaligned % 64) % 64
    var header: [UInt8] = [0x50, 0x4B, 3, 4]
    header += fields
    header += Self.little(UInt16(filling + 4)) + Array(name.utf8)
    header += [0x46, 0x42] + Self.little(UInt16(filling))
    header += Array(repeating: UInt8(ascii: "Z"), count: filling)
    try file.write(header)
    try file.write(bytes)
    offset += header.count + bytes.count

    directory += [0x50, 0x4B, 1, 2, 20, 0] + fields
    // No extra field, comment or attributes; disk 0.
    directory += Array(repeating: 0, count: 12)
    directory += Self.little(UInt32(start)) + Array(name.utf8)
    count += 1
  }

  consuming func commit() throws(FileError) {
    var end: [UInt8] = [0x50, 0x4B, 5, 6, 0, 0, 0, 0]
    end += Self.little(UInt16(count)) + Self.little(UInt16(count))
    end += Self.little(UInt32(directory.count)) + Self.little(UInt32(offset))
    // No comment.
    end += [0, 0]
    try file.write(directory + end)
    try file.commit()
  }

  /// What the headers before the data and in the directory share: version 2.0, stored, 1980-01-01,
  /// checksum, both sizes and the length of the name.
  private static func fields(_ name: String, checksum: UInt32, size: Int) -> [UInt8] {
    let start: [UInt8] = [20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0]
    let sizes = little(UInt32(size))
    return start + little(checksum) + sizes + sizes + little(UInt16(name.utf8.count))
  }

  private static func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
