/// Reads tables: fields between separators, one row a line.
///
/// With `quoting: none` every character but the separator and the line end is text, as in the GLUE
/// files, whose quotes do not balance. With `quoting: csv` a field may stand in double quotes, where
/// separators and line ends are text and a quote is written twice; a quote later in an unquoted
/// field is text.
/// Reference: RFC 4180, section 2, for the quoted form.
struct TableReader {
  let separator: UInt8
  let quoting: DataLayout.Quoting
  let hasHeader: Bool
  /// Rows may have more fields than the first one; these are left out.
  let ignoresExtraFields: Bool
  /// The last of this many fields takes the rest of the line; nil splits everywhere.
  let fieldLimit: Int?

  private struct Row {
    let line: Int
    let fields: [String]
  }

  /// The rows of a file.
  ///
  /// - Throws: `TaskError` with the line for rows that do not fit the first one, blank lines inside
  ///   the file, quotes that do not close, and bytes that are not of the encoding.
  func table(_ file: TextFile) throws(TaskError) -> SourceTable {
    var rows = quoting == .csv ? try quotedRows(file) : try plainRows(file)
    if let first = rows.first {
      for row in rows {
        let count = row.fields.count
        guard count == first.fields.count || (count > first.fields.count && ignoresExtraFields)
        else {
          throw .fieldCount(
            place: FilePlace(file.path, line: row.line), expected: first.fields.count,
            firstLine: first.line, got: count)
        }
      }
    }
    let header = hasHeader && !rows.isEmpty ? rows.removeFirst() : nil
    return SourceTable(
      path: file.path, header: header?.fields,
      records: rows.map {
        SourceRecord(place: FilePlace(file.path, line: $0.line), content: .fields($0.fields))
      })
  }

  private func plainRows(_ file: TextFile) throws(TaskError) -> [Row] {
    var rows: [Row] = []
    for (index, range) in file.lines().enumerated() {
      if file.isBlank(range) { throw .blankLine(place: FilePlace(file.path, line: index + 1)) }
      let parts = file.bytes[range].split(
        separator: separator, maxSplits: (fieldLimit ?? Int.max) - 1,
        omittingEmptySubsequences: false)
      var fields: [String] = []
      fields.reserveCapacity(parts.count)
      for part in parts { fields.append(try file.text(part, line: index + 1)) }
      rows.append(Row(line: index + 1, fields: fields))
    }
    return rows
  }

  private func quotedRows(_ file: TextFile) throws(TaskError) -> [Row] {
    var cursor = QuotedCursor(file: file, separator: separator)
    var rows: [Row] = []
    var blankLine: Int?
    while !cursor.isAtEnd {
      let line = cursor.line
      let fields = try cursor.nextRow()
      if fields.allSatisfy({ $0.allSatisfy { $0 == " " } }), fields.count == 1 {
        blankLine = blankLine ?? line
        continue
      }
      if let blankLine { throw .blankLine(place: FilePlace(file.path, line: blankLine)) }
      rows.append(Row(line: line, fields: fields))
    }
    return rows
  }
}

/// Walks over the rows of a file in which fields may be quoted.
private struct QuotedCursor {
  let file: TextFile
  let separator: UInt8
  var position = 0
  var line = 1

  init(file: TextFile, separator: UInt8) {
    self.file = file
    self.separator = separator
  }

  var isAtEnd: Bool { position >= file.bytes.count }

  mutating func nextRow() throws(TaskError) -> [String] {
    var fields: [String] = []
    while true {
      let isQuoted = !isAtEnd && file.bytes[position] == TextFile.quote
      fields.append(isQuoted ? try quotedField() : try plainField())
      guard !isAtEnd, file.bytes[position] == separator else { break }
      position += 1
    }
    if !isAtEnd { endLine() }
    return fields
  }

  private mutating func plainField() throws(TaskError) -> String {
    let start = position
    while !isAtEnd, file.bytes[position] != separator, !isAtLineEnd { position += 1 }
    return try file.text(file.bytes[start..<position], line: line)
  }

  private mutating func quotedField() throws(TaskError) -> String {
    let firstLine = line
    var content: [UInt8] = []
    position += 1
    while true {
      guard !isAtEnd else {
        throw .unterminatedQuote(place: FilePlace(file.path, line: firstLine))
      }
      let byte = file.bytes[position]
      position += 1
      if byte == TextFile.quote {
        guard !isAtEnd, file.bytes[position] == TextFile.quote else { break }
        position += 1
      }
      if byte == TextFile.lineFeed { line += 1 }
      content.append(byte)
    }
    guard isAtEnd || file.bytes[position] == separator || isAtLineEnd else {
      throw .textAfterQuote(place: FilePlace(file.path, line: line))
    }
    return try file.text(content, line: firstLine)
  }

  /// At LF or CRLF.
  private var isAtLineEnd: Bool {
    let byte = file.bytes[position]
    if byte == TextFile.lineFeed { return true }
    guard byte == TextFile.carriageReturn else { return false }
    return position + 1 >= file.bytes.count || file.bytes[position + 1] == TextFile.lineFeed
  }

  private mutating func endLine() {
    if file.bytes[position] == TextFile.carriageReturn { position += 1 }
    if !isAtEnd, file.bytes[position] == TextFile.lineFeed { position += 1 }
    line += 1
  }
}
