internal import StrictJSON

/// A tensor that is to be written.
public struct NamedTensor {
  enum Values {
    case array([Float])
    case memory(UnsafeBufferPointer<Float>)
  }

  public let name: String
  public let shape: [Int]
  let values: Values

  /// A tensor with values of its own.
  public init(name: String, shape: [Int], values: [Float]) {
    Self.check(name, shape, values.count)
    self.name = name
    self.shape = shape
    self.values = .array(values)
  }

  /// A tensor in memory that the caller keeps alive until it is written.
  public init(name: String, shape: [Int], values: UnsafeBufferPointer<Float>) {
    Self.check(name, shape, values.count)
    self.name = name
    self.shape = shape
    self.values = .memory(values)
  }

  var byteCount: Int { 4 * shape.reduce(1, *) }

  private static func check(_ name: String, _ shape: [Int], _ count: Int) {
    precondition(
      shape.reduce(1, *) == count,
      "NamedTensor '\(name)': shape \(shape) does not hold \(count) values")
  }
}

/// Writes safetensors files: single precision, in the order of the names' bytes.
///
/// The bytes depend on names, shapes, values and metadata only, and equal what the reference
/// implementation writes for the same tensors (with metadata: for at most one entry, whose order
/// it leaves open).
///
/// Reference: huggingface/safetensors README.md, "Format"; safetensors/src/tensor.rs, `prepare`.
public enum SafetensorsWriter {
  /// Writes a file durably, complete or not at all.
  ///
  /// - Throws: `CheckpointError.duplicateName`, `.reservedName`, or `.file`.
  public static func write(
    _ tensors: [NamedTensor], metadata: [String: String] = [:], to path: String
  ) throws(CheckpointError) {
    let sorted = tensors.sorted { ExactText($0.name) < ExactText($1.name) }
    for (first, second) in zip(sorted, sorted.dropFirst())
    where ExactText(first.name) == ExactText(second.name) {
      throw .duplicateName(path: path, name: first.name)
    }
    if sorted.contains(where: { $0.name == "__metadata__" }) { throw .reservedName(path: path) }
    do throws(FileError) {
      var file = try AtomicFile(path: path)
      try file.write(header(sorted, metadata))
      for tensor in sorted { try write(tensor, to: &file) }
      try file.commit()
    } catch { throw .file(error) }
  }

  private static func write(
    _ tensor: NamedTensor, to file: inout AtomicFile
  ) throws(FileError) {
    switch tensor.values {
    case .memory(let values):
      try file.write(UnsafeRawBufferPointer(values))
    case .array(let values):
      var failure: FileError?
      values.withUnsafeBytes { bytes in
        do throws(FileError) { try file.write(bytes) } catch { failure = error }
      }
      if let failure { throw failure }
    }
  }

  /// Length and JSON of the header, filled with spaces so that the data begin on 8 bytes.
  static func header(_ tensors: [NamedTensor], _ metadata: [String: String]) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { ExactText($0.key) < ExactText($1.key) }.map { entry in
        "\(JSONValue.quoted(entry.key)):\(JSONValue.quoted(entry.value))"
      }
      members.append("\"__metadata__\":{\(texts.joined(separator: ","))}")
    }
    var offset = 0
    for tensor in tensors {
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      let end = offset + tensor.byteCount
      members.append(
        "\(JSONValue.quoted(tensor.name)):{\"dtype\":\"F32\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var json = Array("{\(members.joined(separator: ","))}".utf8)
    json += Array(repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8)
    let length = UInt64(json.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> UInt64(8 * $0)) } + json
  }
}
