/// One data file of a task and how it is to be read.
public struct DataFile: Hashable, Sendable {
  public var path: String
  public var layout: DataLayout

  public init(path: String, layout: DataLayout) {
    self.path = path
    self.layout = layout
  }
}

/// How the examples stand in a data file.
public struct DataLayout: Hashable, Sendable {
  /// The forms of data files.
  public enum Format: String, Hashable, Sendable, CaseIterable {
    /// Fields between TABs.
    case tsv
    /// Fields between commas.
    case csv
    /// One JSON object a line.
    case jsonl
    /// One JSON list of objects.
    case json
    /// The label, one blank, and the text to the end of the line.
    case labelled
  }

  public var format: Format
  /// Whether the first line of a table names the columns.
  public var hasHeader: Bool
  /// Whether quotes have a meaning in a table.
  public var quoting: Quoting
  public var encoding: TextEncoding
  public var columns: ColumnSet
  /// Whether rows of a table may have more fields than the first one.
  public var ignoresExtraColumns: Bool

  /// A layout; the defaults of a format are those of GLUE for TSV and of RFC 4180 for CSV.
  public init(
    format: Format, hasHeader: Bool? = nil, quoting: Quoting? = nil,
    encoding: TextEncoding = .utf8, columns: ColumnSet, ignoresExtraColumns: Bool = false
  ) {
    self.format = format
    self.hasHeader = hasHeader ?? (format == .tsv || format == .csv)
    self.quoting = quoting ?? (format == .csv ? .csv : .none)
    self.encoding = encoding
    self.columns = columns
    self.ignoresExtraColumns = ignoresExtraColumns
  }

  /// Whether double quotes enclose fields.
  public enum Quoting: String, Hashable, Sendable, CaseIterable {
    /// Quotes are plain characters.
    case none
    /// A field may stand in double quotes, inside which a quote is written twice.
    case csv
  }
}

/// Which columns hold what; several text columns are joined by a blank.
public struct ColumnSet: Hashable, Sendable {
  public var text: [ColumnReference]
  public var pair: [ColumnReference]
  public var label: ColumnReference

  public init(
    text: [ColumnReference], pair: [ColumnReference] = [], label: ColumnReference
  ) {
    self.text = text
    self.pair = pair
    self.label = label
  }
}

/// A column by its name in the header (or a key, with dots into inner objects), or by its number.
public enum ColumnReference: Hashable, Sendable {
  case name(String)
  /// Counted from 1.
  case number(Int)
}

extension DataFile {
  /// Every record of the file.
  func table(namedIn origin: String) throws(TaskError) -> SourceTable {
    let file = try TextFile(path: path, encoding: layout.encoding, namedIn: origin)
    return try layout.table(file)
  }
}

extension DataLayout {
  /// Every record of a file's content.
  func table(_ file: TextFile) throws(TaskError) -> SourceTable {
    switch format {
    case .jsonl: return try JSONReader(layout: .lines).table(file)
    case .json: return try JSONReader(layout: .list).table(file)
    case .tsv: return try tableReader(separator: UInt8(ascii: "\t")).table(file)
    case .csv: return try tableReader(separator: UInt8(ascii: ",")).table(file)
    case .labelled:
      return try tableReader(separator: UInt8(ascii: " "), fieldLimit: 2).table(file)
    }
  }

  private func tableReader(separator: UInt8, fieldLimit: Int? = nil) -> TableReader {
    TableReader(
      separator: separator, quoting: quoting, hasHeader: hasHeader,
      ignoresExtraFields: ignoresExtraColumns, fieldLimit: fieldLimit)
  }
}
