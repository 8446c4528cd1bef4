/// The checksum of zip archives: CRC-32 with the reflected polynomial 0xEDB88320.
///
/// Reference: ISO 3309; PKWARE APPNOTE 6.3, section 4.4.7.
struct CRC32 {
  private static let table: [UInt32] = (0..<256).map { (index: UInt32) in
    (0..<8).reduce(index) { value, _ in
      value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1
    }
  }

  private var state: UInt32 = ~0

  /// Adds bytes to what was seen before.
  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var value = state
    Self.table.withUnsafeBufferPointer { table in
      for byte in bytes {
        value = table[Int((value ^ UInt32(byte)) & 0xFF)] ^ (value >> 8)
      }
    }
    state = value
  }

  /// The checksum of all bytes so far; 0 for none.
  var checksum: UInt32 { ~state }

  /// The checksum of some bytes.
  static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    var sum = CRC32()
    sum.add(bytes)
    return sum.checksum
  }
}
