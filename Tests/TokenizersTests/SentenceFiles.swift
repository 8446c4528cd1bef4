import Foundation
import TestSupport

/// Reads the sentences of the real data sets as scripts/fixtures/tokenizer_parity.py does.
enum SentenceFiles {
  /// The rows of a file: one sentence each, or a pair.
  static func rows(_ file: String) throws -> [[String]]? {
    guard let url = Fixtures.sharedData(file) else { return nil }
    var bytes = [UInt8](try Data(contentsOf: url))
    if bytes.last == 0x0A { bytes.removeLast() }
    if file == "agnews/test.csv" { return quotedRows(bytes) }
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    switch file {
    case let name where name.hasPrefix("rte/"):
      return lines.dropFirst().map { line in
        let columns = line.split(separator: 0x09, omittingEmptySubsequences: false)
        return [text(columns[1]), text(columns[2])]
      }
    case let name where name.hasPrefix("sst2/stsa."):
      return lines.map { [text($0.drop { $0 != 0x20 }.dropFirst())] }
    default:
      let header = file.hasPrefix("sst2/") ? 1 : 0
      return lines.dropFirst(header).map { [text($0.prefix { $0 != 0x09 })] }
    }
  }

  /// Title and description of a CSV file whose fields all stand in quotes.
  private static func quotedRows(_ bytes: [UInt8]) -> [[String]] {
    var rows: [[String]] = []
    var fields: [String] = []
    var field: [UInt8] = []
    var isQuoted = false
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == 0x22 {
        if isQuoted, index < bytes.count, bytes[index] == 0x22 {
          field.append(byte)
          index += 1
        } else {
          isQuoted.toggle()
        }
      } else if !isQuoted, byte == 0x2C || byte == 0x0A {
        fields.append(text(field[...]))
        field = []
        if byte == 0x0A {
          rows.append(Array(fields[1...2]))
          fields = []
        }
      } else {
        field.append(byte)
      }
    }
    fields.append(text(field[...]))
    return rows + [Array(fields[1...2])]
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes, as: UTF8.self)
  }
}
