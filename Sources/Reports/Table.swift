import Foundation
import StrictJSON
import TextTable

/// A table of typed cells that can be shown to people or handed to programs.
///
/// One value serves all four formats, so that what a person reads and what a script parses can
/// never differ: an aligned text table, one JSON array, JSON lines, and CSV (RFC 4180).
public struct Table: Sendable, Equatable {
  /// What a cell holds; `missing` is empty for people and `null` for programs.
  public enum Cell: Sendable, Equatable {
    case text(String)
    case integer(Int)
    /// A number and how many digits behind the point people want to see.
    case number(Double, digits: Int)
    case flag(Bool)
    case missing
  }

  /// The formats of `--format`.
  public enum Format: String, Sendable, CaseIterable {
    case table
    case json
    case jsonl
    case csv
  }

  /// The columns' names, used as headings and as JSON keys.
  public let columns: [String]
  public private(set) var rows: [[Cell]] = []

  public init(columns: [String]) {
    self.columns = columns
  }

  /// Adds a row with one cell for each column.
  public mutating func append(_ cells: [Cell]) {
    precondition(
      cells.count == columns.count,
      "Table.append: \(cells.count) cells for \(columns.count) columns \(columns)")
    rows.append(cells)
  }

  /// The whole table as text that ends with a newline; empty tables print their heading.
  public func rendered(as format: Format) -> String {
    switch format {
    case .table: return renderedForPeople()
    case .json: return renderedAsJSON()
    case .jsonl: return rows.map { jsonObject($0) + "\n" }.joined()
    case .csv: return renderedAsCSV()
    }
  }

  private func renderedForPeople() -> String {
    guard !rows.isEmpty else { return columns.joined(separator: "  ") + "\n(none)\n" }
    let names = columns
    let table = TextTable<[Cell]> { row in
      zip(names, row).map { name, cell in
        Column(title: name, value: cell.forPeople, align: cell.isNumeric ? .right : .left)
      }
    }
    let text = table.string(for: rows, style: Style.simple) ?? ""
    let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
    return lines.map { String($0.reversed().drop { $0 == " " }.reversed()) }
      .joined(separator: "\n") + "\n"
  }

  private func renderedAsJSON() -> String {
    guard !rows.isEmpty else { return "[]\n" }
    return "[\n" + rows.map { "  " + jsonObject($0) }.joined(separator: ",\n") + "\n]\n"
  }

  private func renderedAsCSV() -> String {
    let lines = [columns.map(Self.quoted)] + rows.map { $0.map { Self.quoted($0.plain) } }
    return lines.map { $0.joined(separator: ",") + "\r\n" }.joined()
  }

  private func jsonObject(_ row: [Cell]) -> String {
    let members = zip(columns, row).map { "\(JSONValue.quoted($0)): \($1.json)" }
    return "{" + members.joined(separator: ", ") + "}"
  }

  private static func quoted(_ field: String) -> String {
    guard field.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return field }
    return "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }
}

extension Table.Cell {
  /// A number cell, or a missing one.
  public static func number(_ value: Double?, digits: Int) -> Table.Cell {
    value.map { .number($0, digits: digits) } ?? .missing
  }

  var isNumeric: Bool {
    switch self {
    case .integer, .number: return true
    case .text, .flag, .missing: return false
    }
  }

  var forPeople: String {
    switch self {
    case .text(let text): return text
    case .integer(let value): return String(value)
    case .number(let value, let digits):
      return value.isFinite ? String(format: "%.\(digits)f", value) : "\(value)"
    case .flag(let value): return value ? "yes" : "no"
    case .missing: return ""
    }
  }

  var plain: String {
    switch self {
    case .number(let value, _): return value.isFinite ? "\(value)" : ""
    case .flag(let value): return value ? "true" : "false"
    default: return forPeople
    }
  }

  var json: String {
    switch self {
    case .text(let text): return JSONValue.quoted(text)
    case .integer, .flag: return plain
    case .number(let value, _): return value.isFinite ? "\(value)" : "null"
    case .missing: return "null"
    }
  }
}
