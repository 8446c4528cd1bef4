internal import StrictJSON

/// Reads examples that are JSON objects: one a line (JSONL), or the elements of one list.
struct JSONReader {
  /// How the objects stand in the file.
  enum Layout: Hashable, Sendable {
    case lines
    case list
  }

  let layout: Layout

  /// The objects of a file.
  ///
  /// - Throws: `TaskError` with the line, or with the number of the list's element.
  func table(_ file: TextFile) throws(TaskError) -> SourceTable {
    let records: [SourceRecord]
    switch layout {
    case .lines: records = try lines(file)
    case .list: records = try list(file)
    }
    return SourceTable(path: file.path, header: nil, records: records)
  }

  private func lines(_ file: TextFile) throws(TaskError) -> [SourceRecord] {
    var records: [SourceRecord] = []
    for (index, range) in file.lines().enumerated() {
      let place = FilePlace(file.path, line: index + 1)
      if file.isBlank(range) { throw .blankLine(place: place) }
      _ = try file.text(file.bytes[range], line: index + 1)
      let value = try parsed(Array(file.bytes[range]), path: file.path, linesAbove: index)
      records.append(try record(value, place: place))
    }
    return records
  }

  private func list(_ file: TextFile) throws(TaskError) -> [SourceRecord] {
    _ = try file.text(file.bytes, line: 1)
    let value = try parsed(file.bytes, path: file.path, linesAbove: 0)
    guard let elements = value.array else {
      throw .notAList(path: file.path, got: value.inWords)
    }
    var records: [SourceRecord] = []
    for (index, element) in elements.enumerated() {
      records.append(try record(element, place: FilePlace(file.path, example: index + 1)))
    }
    return records
  }

  private func parsed(
    _ bytes: [UInt8], path: String, linesAbove: Int
  ) throws(TaskError) -> JSONValue {
    do {
      return try JSONValue(parsing: bytes)
    } catch {
      let place = FilePlace(path, line: error.line + linesAbove, column: error.column)
      throw .json(
        place: place,
        problem: String(
          error.description.trimmingPrefix("line \(error.line), column \(error.column): ")))
    }
  }

  private func record(_ value: JSONValue, place: FilePlace) throws(TaskError) -> SourceRecord {
    guard let object = value.object else {
      throw .notAnObject(place: place, got: value.inWords)
    }
    return SourceRecord(place: place, content: .object(object))
  }
}

extension JSONValue {
  /// What a label or a text column may be, as text: whole numbers without a fraction (`1.0` is
  /// `1`), truth values as `true` and `false`; nil for null, lists and objects.
  var scalarText: String? {
    switch self {
    case .string(let text): return text
    case .bool(let flag): return flag ? "true" : "false"
    case .number(let digits):
      guard let value = double, value.rounded() == value, abs(value) < 0x1p53 else {
        return digits
      }
      return String(Int(value))
    case .null, .array, .object: return nil
    }
  }
}
