/// The entries of a zip archive, from the directory at its end.
///
/// Reference: PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16.
struct ZipDirectory {
  /// The bytes of each entry by its name; checksums are checked.
  private(set) var entries: [String: Range<Int>] = [:]

  init(_ bytes: [UInt8]) throws(TorchArchiveFault) {
    guard let end = Self.end(of: bytes) else { throw .notZip(size: bytes.count) }
    let count = Self.number(bytes, end + 10, 2)
    var position = Self.number(bytes, end + 16, 4)
    for _ in 0..<count {
      guard position + 46 <= end, Self.number(bytes, position, 4) == 0x0201_4B50 else {
        throw .pastEnd(what: "the list of entries")
      }
      let nameLength = Self.number(bytes, position + 28, 2)
      let rest = Self.number(bytes, position + 30, 2) + Self.number(bytes, position + 32, 2)
      guard position + 46 + nameLength + rest <= end else {
        throw .pastEnd(what: "the list of entries")
      }
      let name = String(
        decoding: bytes[position + 46..<position + 46 + nameLength], as: UTF8.self)
      entries[name] = try Self.data(of: name, at: position, in: bytes)
      position += 46 + nameLength + rest
    }
  }

  /// The bytes of the entry that the directory describes at a position.
  private static func data(
    of name: String, at position: Int, in bytes: [UInt8]
  ) throws(TorchArchiveFault) -> Range<Int> {
    let method = number(bytes, position + 10, 2)
    guard method == 0 else { throw .compressed(entry: name, method: method) }
    let size = number(bytes, position + 20, 4)
    let header = number(bytes, position + 42, 4)
    guard header + 30 <= bytes.count else { throw .pastEnd(what: "the entry '\(name)'") }
    let start = header + 30 + number(bytes, header + 26, 2) + number(bytes, header + 28, 2)
    guard start + size <= bytes.count else { throw .pastEnd(what: "the entry '\(name)'") }
    let checksum = bytes[start..<start + size].withUnsafeBytes { CRC32.checksum($0) }
    guard Int(checksum) == number(bytes, position + 16, 4) else {
      throw .wrongChecksum(entry: name)
    }
    return start..<start + size
  }

  /// Where the record at the end begins; a comment of up to 65,535 bytes may follow it.
  private static func end(of bytes: [UInt8]) -> Int? {
    guard bytes.count >= 22 else { return nil }
    let last = bytes.count - 22
    return (max(0, last - 0xFFFF)...last).reversed().first { number(bytes, $0, 4) == 0x0605_4B50 }
  }

  private static func number(_ bytes: [UInt8], _ position: Int, _ count: Int) -> Int {
    (0..<count).reduce(0) { $0 | Int(bytes[position + $1]) << (8 * $1) }
  }
}
