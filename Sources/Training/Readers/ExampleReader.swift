internal import StrictJSON

/// Turns the records of data files into examples by looking up columns and labels.
struct ExampleReader {
  /// What to do with the label column.
  enum Labels {
    /// Not read; the column may be absent.
    case none
    /// Class numbers.
    case scheme(LabelScheme)
    /// Finite numbers.
    case numbers
  }

  private let table: SourceTable
  private let text: [Column]
  private let pair: [Column]
  private let label: Column?

  /// A column of this table.
  private struct Column {
    let name: String
    let place: Place

    enum Place {
      /// The index of a field.
      case field(Int)
      /// Keys from the outside in.
      case path([String])
    }
  }

  /// Finds the columns of a layout in a table.
  ///
  /// - Throws: `TaskError` for columns that the header does not have.
  init(_ table: SourceTable, layout: DataLayout, needsLabels: Bool) throws(TaskError) {
    self.table = table
    text = try Self.columns(layout.columns.text, table, layout)
    pair = try Self.columns(layout.columns.pair, table, layout)
    label = needsLabels ? try Self.column(layout.columns.label, table, layout) : nil
  }

  /// The examples in the order of the file.
  func examples(_ labels: Labels) throws(TaskError) -> [Example] {
    var examples: [Example] = []
    examples.reserveCapacity(table.records.count)
    for record in table.records {
      examples.append(
        Example(
          text: try joined(text, record),
          pair: pair.isEmpty ? nil : try joined(pair, record),
          target: try target(record, labels)))
    }
    return examples
  }

  /// What stands in the label column, line by line.
  func labelSpellings() throws(TaskError) -> [String] {
    guard let label else { return [] }
    var spellings: [String] = []
    for record in table.records { spellings.append(try value(label, record)) }
    return spellings
  }

  private func target(
    _ record: SourceRecord, _ labels: Labels
  ) throws(TaskError) -> Example.Target? {
    guard let label else { return nil }
    switch labels {
    case .none:
      return nil
    case .scheme(let scheme):
      let spelling = try value(label, record)
      guard let number = scheme.number(of: spelling) else {
        throw .unknownLabel(place: record.place, label: spelling, known: scheme.spellings)
      }
      return .category(number)
    case .numbers:
      let digits = try value(label, record)
      guard let number = Float(digits.filter { $0 != " " }), number.isFinite else {
        throw .labelNotNumber(place: record.place, got: digits)
      }
      return .value(number)
    }
  }

  private func joined(_ columns: [Column], _ record: SourceRecord) throws(TaskError) -> String {
    var parts: [String] = []
    for column in columns { parts.append(try value(column, record)) }
    return parts.joined(separator: " ")
  }

  private func value(_ column: Column, _ record: SourceRecord) throws(TaskError) -> String {
    switch (column.place, record.content) {
    case (.field(let index), .fields(let fields)):
      guard index < fields.count else {
        throw .columnBeyondRow(place: record.place, number: index + 1, count: fields.count)
      }
      return fields[index]
    case (.path(let keys), .object(let object)):
      return try value(column, keys, object, record.place)
    default:
      preconditionFailure("ExampleReader: column and record are of one table, so of one form")
    }
  }

  private func value(
    _ column: Column, _ keys: [String], _ object: JSONObject, _ place: FilePlace
  ) throws(TaskError) -> String {
    var current = JSONValue.object(object)
    for key in keys {
      guard let inner = current.object, let next = inner[key] else {
        throw .columnMissing(
          place: place, column: column.name,
          present: current.object?.members.map(\.key) ?? [])
      }
      current = next
    }
    guard let text = current.scalarText else {
      throw .valueNotText(place: place, column: column.name, got: current.inWords)
    }
    return text
  }
}

extension ExampleReader {
  private static func columns(
    _ references: [ColumnReference], _ table: SourceTable, _ layout: DataLayout
  ) throws(TaskError) -> [Column] {
    var columns: [Column] = []
    for reference in references { columns.append(try column(reference, table, layout)) }
    return columns
  }

  private static func column(
    _ reference: ColumnReference, _ table: SourceTable, _ layout: DataLayout
  ) throws(TaskError) -> Column {
    switch (reference, layout.format) {
    case (.name(let name), .json), (.name(let name), .jsonl):
      return Column(name: name, place: .path(name.split(separator: ".").map(String.init)))
    case (.number(let number), .json), (.number(let number), .jsonl):
      throw .columnNumberInJSON(path: table.path, number: number)
    case (.number(let number), _):
      return Column(name: String(number), place: .field(number - 1))
    case (.name(let name), _):
      guard let header = table.header else {
        throw .columnNameWithoutHeader(path: table.path, column: name)
      }
      let place = FilePlace(table.path, line: 1)
      guard let index = header.firstIndex(of: name) else {
        throw .columnMissing(place: place, column: name, present: header)
      }
      guard header.lastIndex(of: name) == index else {
        throw .columnAmbiguous(place: place, column: name)
      }
      return Column(name: name, place: .field(index))
    }
  }
}
