import Foundation

/// A CSV file whose first line names its columns, row by row.
///
/// Reference: RFC 4180.
public struct NamedTable: Sendable {
  /// One row by column.
  public struct Row: Sendable {
    public let place: FilePlace
    public let values: [String: String]
  }

  public let path: String
  public let columns: [String]
  public let rows: [Row]

  /// - Throws: `TaskError` for files that cannot be read, are no table, name a column twice, or have
  ///   no row.
  public init(csv path: String) throws(TaskError) {
    guard FileManager.default.fileExists(atPath: path) else {
      throw .unreadable(path: path, reason: "there is no such file")
    }
    let file = try TextFile(path: path, encoding: .utf8, namedIn: path)
    let reader = TableReader(
      separator: UInt8(ascii: ","), quoting: .csv, hasHeader: true, ignoresExtraFields: false,
      fieldLimit: nil)
    let table = try reader.table(file)
    let columns = table.header ?? []
    for (index, column) in columns.enumerated() where columns[..<index].contains(column) {
      throw .columnAmbiguous(place: FilePlace(path, line: 1), column: column)
    }
    guard !table.records.isEmpty else { throw .noExamples(path: path) }
    self.path = path
    self.columns = columns
    rows = table.records.map { record in
      guard case .fields(let fields) = record.content else {
        preconditionFailure("NamedTable: a table reader gives fields")
      }
      return Row(
        place: record.place,
        values: Dictionary(uniqueKeysWithValues: zip(columns, fields)))
    }
  }

  /// The value of a column in every row.
  ///
  /// - Throws: `TaskError.columnMissing`.
  public func values(of column: String) throws(TaskError) -> [String] {
    guard columns.contains(column) else {
      throw .columnMissing(place: FilePlace(path, line: 1), column: column, present: columns)
    }
    return rows.map { $0.values[column] ?? "" }
  }
}
