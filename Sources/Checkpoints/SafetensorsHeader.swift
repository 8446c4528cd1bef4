internal import StrictJSON

/// The table of contents of a safetensors file, checked against the size of its data.
///
/// Layout of the file: 8 bytes of header length n (little-endian), n bytes of JSON, then the data.
/// Every byte of the data belongs to exactly one tensor.
///
/// Reference: huggingface/safetensors README.md, "Format"; safetensors/src/tensor.rs.
struct SafetensorsHeader {
  /// One tensor of the table.
  struct Entry {
    let name: String
    let type: ElementType
    let shape: [Int]
    /// Place in the data, from its start.
    let bytes: Range<Int>
  }

  /// The reference implementation's own limit.
  static let lengthLimit = 100_000_000

  /// In the order of the data.
  let entries: [Entry]
  let metadata: [String: String]
  /// The first byte of the data in the file.
  let dataStart: Int

  init(_ file: UnsafeRawBufferPointer) throws(SafetensorsFault) {
    guard file.count >= 8 else { throw .tooShort(size: file.count) }
    let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
    guard length <= UInt64(Self.lengthLimit) else {
      throw .headerTooLong(length: length, limit: Self.lengthLimit)
    }
    guard length <= UInt64(file.count - 8) else {
      throw .headerPastEnd(length: length, size: file.count - 8)
    }
    let start = 8 + Int(length)
    let json: JSONValue
    do {
      json = try JSONValue(parsing: Array(file[8..<start]))
    } catch { throw .headerNotJSON(error.description) }
    guard let table = json.object else { throw .headerNotObject(got: json.inWords) }

    var entries: [Entry] = []
    var metadata: [String: String] = [:]
    for member in table.members {
      if member.key == "__metadata__" {
        metadata = try Self.metadata(member.value)
      } else {
        entries.append(try Self.entry(member.key, member.value))
      }
    }
    entries.sort { first, second in
      (first.bytes.lowerBound, first.bytes.upperBound)
        < (second.bytes.lowerBound, second.bytes.upperBound)
    }
    try Self.checkLayout(entries, available: file.count - start)
    self.entries = entries
    self.metadata = metadata
    dataStart = start
  }

  private static func metadata(_ value: JSONValue) throws(SafetensorsFault) -> [String: String] {
    guard let object = value.object else { throw .metadataNotObject(got: value.inWords) }
    var result: [String: String] = [:]
    for member in object.members {
      guard let text = member.value.string else {
        throw .metadataNotText(key: member.key, got: member.value.inWords)
      }
      result[member.key] = text
    }
    return result
  }

  private static func entry(
    _ name: String, _ value: JSONValue
  ) throws(SafetensorsFault) -> Entry {
    guard let object = value.object else {
      throw .entryNotObject(tensor: name, got: value.inWords)
    }
    for member in object.members where !["dtype", "shape", "data_offsets"].contains(member.key) {
      throw .unknownField(tensor: name, field: member.key)
    }
    guard let dtype = object["dtype"] else { throw .missingField(tensor: name, field: "dtype") }
    guard let type = dtype.string.flatMap(ElementType.init(rawValue:)) else {
      throw .unknownType(tensor: name, got: dtype.inWords)
    }
    guard let shapeValue = object["shape"] else {
      throw .missingField(tensor: name, field: "shape")
    }
    guard let shape = naturals(shapeValue) else {
      throw .badShape(tensor: name, got: spelled(shapeValue))
    }
    guard let offsetsValue = object["data_offsets"] else {
      throw .missingField(tensor: name, field: "data_offsets")
    }
    guard let offsets = naturals(offsetsValue), offsets.count == 2 else {
      throw .badOffsets(tensor: name, got: spelled(offsetsValue))
    }
    let (begin, end) = (offsets[0], offsets[1])
    guard begin <= end else { throw .reversedOffsets(tensor: name, begin: begin, end: end) }
    try checkSize(name, type, shape, byteCount: end - begin)
    return Entry(name: name, type: type, shape: shape, bytes: begin..<end)
  }

  private static func checkSize(
    _ name: String, _ type: ElementType, _ shape: [Int], byteCount: Int
  ) throws(SafetensorsFault) {
    var bits = type.bitWidth
    for extent in shape {
      let (product, overflow) = bits.multipliedReportingOverflow(by: extent)
      if overflow { throw .shapeTooLarge(tensor: name, shape: shape) }
      bits = product
    }
    let needed = bits / 8 + (bits % 8 == 0 ? 0 : 1)
    if needed != byteCount {
      throw .wrongByteCount(
        tensor: name, type: type.rawValue, shape: shape, expected: needed, got: byteCount)
    }
  }

  /// Every byte of the data must belong to exactly one tensor.
  private static func checkLayout(
    _ entries: [Entry], available: Int
  ) throws(SafetensorsFault) {
    var end = 0
    var previous = ""
    for entry in entries {
      let begin = entry.bytes.lowerBound
      if begin < end {
        throw .overlap(tensor: entry.name, begin: begin, previous: previous, previousEnd: end)
      }
      if begin > end { throw .gap(tensor: entry.name, begin: begin, expected: end) }
      end = entry.bytes.upperBound
      previous = entry.name
      if end > available { throw .pastEnd(tensor: entry.name, end: end, available: available) }
    }
    if end < available { throw .trailingBytes(count: available - end, end: end) }
  }

  private static func naturals(_ value: JSONValue) -> [Int]? {
    guard let elements = value.array else { return nil }
    var result: [Int] = []
    result.reserveCapacity(elements.count)
    for element in elements {
      guard let number = element.integer, number >= 0 else { return nil }
      result.append(number)
    }
    return result
  }

  /// A short list of numbers as it stands in the file, or what else it is.
  private static func spelled(_ value: JSONValue) -> String {
    guard let elements = value.array, elements.count <= 8 else { return value.inWords }
    let words = elements.map { element in
      if case .number(let text) = element { return String(text.prefix(40)) }
      return element.inWords
    }
    return "[\(words.joined(separator: ", "))]"
  }
}
