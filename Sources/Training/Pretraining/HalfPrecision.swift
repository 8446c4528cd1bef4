internal import TensorCore

/// Numbers of 16 bits, for a weight file of half the size.
enum HalfPrecision {
  /// Replaces every value by the nearest number of half precision.
  static func round(_ values: UnsafeMutableBufferPointer<Float>) {
    for index in values.indices { values[index] = Float(Float16(values[index])) }
  }

  /// A safetensors file with every tensor in half precision, sorted by name.
  ///
  /// Reference: huggingface/safetensors README.md, "Format".
  static func checkpoint(
    _ tensors: [(name: String, shape: Shape, values: UnsafeMutableBufferPointer<Float>)],
    metadata: [String: String]
  ) -> [UInt8] {
    let sorted = tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    let texts = metadata.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value)\"" }
    var members = ["\"__metadata__\":{\(texts.joined(separator: ","))}"]
    var offset = 0
    for tensor in sorted {
      let end = offset + 2 * tensor.shape.count
      let shape = tensor.shape.dimensions.map(String.init).joined(separator: ",")
      members.append(
        "\"\(tensor.name)\":{\"dtype\":\"F16\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var header = Array("{\(members.joined(separator: ","))}".utf8)
    header += [UInt8](repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
    let length = UInt64(header.count)
    var bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> UInt64(8 * $0)) } + header
    bytes.reserveCapacity(bytes.count + offset)
    for tensor in sorted {
      for value in tensor.values {
        let bits = Float16(value).bitPattern
        bytes.append(UInt8(truncatingIfNeeded: bits))
        bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
      }
    }
    return bytes
  }
}
