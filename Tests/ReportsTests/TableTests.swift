import Foundation
import Testing

@testable import Reports

@Suite struct TableTests {
  static let sample: Table = {
    var table = Table(columns: ["trial", "score", "note", "best"])
    table.append([.integer(1), .number(0.5, digits: 3), .text("a, \"b\"\nc"), .flag(true)])
    table.append([.integer(12), .missing, .text("\u{1}é"), .flag(false)])
    return table
  }()

  @Test func jsonIsReadBackByAnIndependentParser() throws {
    let data = Data(Self.sample.rendered(as: .json).utf8)
    let rows = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
    #expect(rows.count == 2)
    #expect(rows[0]["note"] as? String == "a, \"b\"\nc")
    #expect(rows[1]["note"] as? String == "\u{1}é")
    #expect(rows[1]["score"] is NSNull)
    #expect(rows[0]["best"] as? Bool == true)
  }

  @Test func jsonLinesHoldOneObjectEach() throws {
    let lines = Self.sample.rendered(as: .jsonl).split(separator: "\n")
    #expect(lines.count == 2)
    for line in lines {
      _ = try JSONSerialization.jsonObject(with: Data(line.utf8))
    }
  }

  @Test func csvQuotesWhatItMust() {
    #expect(
      Self.sample.rendered(as: .csv)
        == "trial,score,note,best\r\n1,0.5,\"a, \"\"b\"\"\nc\",true\r\n12,,\u{1}é,false\r\n")
  }

  @Test func peopleSeeAlignedColumns() {
    var table = Table(columns: ["trial", "score"])
    table.append([.integer(1), .number(0.5, digits: 3)])
    table.append([.integer(12), .number(-1.25, digits: 3)])
    #expect(
      table.rendered(as: .table) == """
        trial  score
        ----- ------
            1  0.500
           12 -1.250

        """)
  }

  @Test(arguments: Table.Format.allCases) func emptyTablesAreNotEmptyText(format: Table.Format) {
    let text = Table(columns: ["trial"]).rendered(as: format)
    #expect(format == .jsonl ? text.isEmpty : !text.isEmpty)
  }
}
