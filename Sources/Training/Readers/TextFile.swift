import Foundation

/// How the bytes of a data file become characters.
public enum TextEncoding: String, Hashable, Sendable, CaseIterable {
  case utf8 = "utf-8"
  /// ISO 8859-1: each byte is the character of that number.
  case latin1 = "latin-1"
}

/// The content of a data file as UTF-8 bytes, without a byte-order mark.
///
/// UTF-8 is checked where characters are needed, so that an error can name its line.
struct TextFile {
  /// The path as the user gave it, for error sentences.
  let path: String
  let bytes: [UInt8]

  /// Reads a file whole.
  ///
  /// - Throws: `TaskError` for files that are missing, unreadable, compressed or UTF-16.
  init(path: String, encoding: TextEncoding, namedIn: String) throws(TaskError) {
    guard FileManager.default.fileExists(atPath: path) else {
      throw .dataFileMissing(path: path, namedIn: namedIn)
    }
    let data: Data
    do {
      data = try Data(contentsOf: URL(filePath: path))
    } catch {
      throw .unreadable(path: path, reason: (error as NSError).localizedDescription)
    }
    try self.init(path: path, bytes: Array(data), encoding: encoding)
  }

  /// A file's content that is at hand.
  init(path: String, bytes: [UInt8], encoding: TextEncoding) throws(TaskError) {
    if bytes.starts(with: [0x1F, 0x8B]) { throw .compressed(path: path) }
    if bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE]) {
      throw .utf16(path: path)
    }
    self.path = path
    switch encoding {
    case .utf8:
      self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    case .latin1:
      self.bytes = bytes.flatMap { $0 < 0x80 ? [$0] : [0xC0 | $0 >> 6, 0x80 | $0 & 0x3F] }
    }
  }

  /// The characters of a part of the file.
  ///
  /// - Throws: `TaskError.notUTF8` with the line in which the first wrong byte stands.
  func text(_ part: some Collection<UInt8>, line: Int) throws(TaskError) -> String {
    if let text = String(validating: part, as: UTF8.self) { return text }
    var decoder = UTF8()
    var reader = part.makeIterator()
    var wrongLine = line
    var position = part.startIndex
    while case .scalarValue(let scalar) = decoder.decode(&reader) {
      part.formIndex(&position, offsetBy: UTF8.width(scalar))
      if scalar == "\n" { wrongLine += 1 }
    }
    throw .notUTF8(place: FilePlace(path, line: wrongLine), byte: part[position])
  }

  /// The ranges of the lines, line ends (LF or CRLF) left out; blank lines at the end are dropped.
  func lines() -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = 0
    for (index, byte) in bytes.enumerated() where byte == Self.lineFeed {
      ranges.append(trimmed(start..<index))
      start = index + 1
    }
    if start < bytes.count { ranges.append(trimmed(start..<bytes.count)) }
    while let last = ranges.last, isBlank(last) { ranges.removeLast() }
    return ranges
  }

  /// Whether a line holds nothing but spaces and carriage returns.
  func isBlank(_ line: Range<Int>) -> Bool {
    bytes[line].allSatisfy { $0 == 0x20 || $0 == Self.carriageReturn }
  }

  private func trimmed(_ line: Range<Int>) -> Range<Int> {
    line.isEmpty || bytes[line.upperBound - 1] != Self.carriageReturn
      ? line : line.lowerBound..<(line.upperBound - 1)
  }

  static let lineFeed: UInt8 = 0x0A
  static let carriageReturn: UInt8 = 0x0D
  static let quote: UInt8 = 0x22
}
