import Foundation
import Testing

@testable import Training

/// Every trap of real data files, each on a miniature of our own.
@Suite struct DataFileTests {
  /// Texts, second texts and labels as they come out, `|` between the parts.
  private func read(
    _ bytes: [UInt8], _ layout: DataLayout
  ) throws -> [String] {
    let file = try TextFile(path: "data", bytes: bytes, encoding: layout.encoding)
    let reader = try ExampleReader(layout.table(file), layout: layout, needsLabels: true)
    let labels = try reader.labelSpellings()
    return zip(try reader.examples(.none), labels).map { example, label in
      ([example.text] + (example.pair.map { [$0] } ?? []) + [label]).joined(separator: "|")
    }
  }

  private func read(_ text: String, _ layout: DataLayout) throws -> [String] {
    try read(Array(text.utf8), layout)
  }

  private let named = ColumnSet(text: [.name("text")], label: .name("label"))
  private let numbered = ColumnSet(text: [.number(1)], label: .number(2))

  @Test(arguments: ["\n", "\r\n"])
  func lineEndsAreNotText(end: String) throws {
    let text = ["text\tlabel", "one two\tyes", "three\tno", ""].joined(separator: end)
    #expect(
      try read(text, DataLayout(format: .tsv, columns: named)) == ["one two|yes", "three|no"])
    let commas = text.replacing("\t", with: ",")
    #expect(
      try read(commas, DataLayout(format: .csv, columns: named)) == ["one two|yes", "three|no"])
    let objects = [#"{"text": "one", "label": "yes"}"#, #"{"text": "two", "label": "no"}"#, ""]
    #expect(
      try read(objects.joined(separator: end), DataLayout(format: .jsonl, columns: named))
        == ["one|yes", "two|no"])
  }

  @Test func aByteOrderMarkIsNotPartOfTheFirstColumn() throws {
    let text = "\u{FEFF}text\tlabel\none\tyes\n"
    #expect(try read(text, DataLayout(format: .tsv, columns: named)) == ["one|yes"])
    let list = "\u{FEFF}[{\"text\": \"one\", \"label\": \"yes\"}]"
    #expect(try read(list, DataLayout(format: .json, columns: named)) == ["one|yes"])
  }

  @Test func latin1IsReadWhereItIsSaid() throws {
    let bytes = Array("caf".utf8) + [0xE9, 0x09] + Array("yes\n".utf8)
    let layout = DataLayout(format: .tsv, hasHeader: false, encoding: .latin1, columns: numbered)
    #expect(try read(bytes, layout) == ["café|yes"])
    var strict = layout
    strict.encoding = .utf8
    let place = FilePlace("data", line: 1)
    #expect(throws: TaskError.notUTF8(place: place, byte: 0xE9)) { try read(bytes, strict) }
  }

  @Test func quotesInTabFilesAreText() throws {
    let text = "text\tlabel\n\"Yes\", he said\tyes\n\"open\tno\nit\"s\tno\n"
    #expect(
      try read(text, DataLayout(format: .tsv, columns: named))
        == ["\"Yes\", he said|yes", "\"open|no", "it\"s|no"])
  }

  @Test func quotedFieldsHoldSeparatorsQuotesAndLines() throws {
    let text = "text,label\r\n\"a, \"\"b\"\"\nc\",yes\r\nd \"e\" f,no\r\n\"\",no"
    #expect(
      try read(text, DataLayout(format: .csv, columns: named))
        == ["a, \"b\"\nc|yes", "d \"e\" f|no", "|no"])
  }

  @Test func lineNumbersCountTheLinesInsideQuotes() throws {
    let text = "text,label\n\"a\nb\nc\",yes\nd\n"
    let place = FilePlace("data", line: 5)
    #expect(throws: TaskError.fieldCount(place: place, expected: 2, firstLine: 1, got: 1)) {
      try read(text, DataLayout(format: .csv, columns: named))
    }
  }

  @Test func unbalancedQuotesAreAnErrorWhereQuotesHaveAMeaning() throws {
    let text = "text,label\none,yes\n\"two,no\nthree,no\n"
    #expect(throws: TaskError.unterminatedQuote(place: FilePlace("data", line: 3))) {
      try read(text, DataLayout(format: .csv, columns: named))
    }
    let plain = DataLayout(format: .csv, quoting: DataLayout.Quoting.none, columns: named)
    #expect(try read(text, plain) == ["one|yes", "\"two|no", "three|no"])
    #expect(throws: TaskError.textAfterQuote(place: FilePlace("data", line: 1))) {
      try read("\"a\"b,yes\n", DataLayout(format: .csv, hasHeader: false, columns: numbered))
    }
  }

  @Test func raggedRowsAreRefusedUnlessExtraColumnsAreIgnored() throws {
    let text = "one\tyes\ntwo\tno\tlicence\turl\n"
    var layout = DataLayout(format: .tsv, hasHeader: false, columns: numbered)
    let long = TaskError.fieldCount(
      place: FilePlace("data", line: 2), expected: 2, firstLine: 1, got: 4)
    #expect(throws: long) { try read(text, layout) }
    layout.ignoresExtraColumns = true
    #expect(try read(text, layout) == ["one|yes", "two|no"])
    let short = TaskError.fieldCount(
      place: FilePlace("data", line: 2), expected: 2, firstLine: 1, got: 1)
    #expect(throws: short) { try read("one\tyes\ntwo\n", layout) }
  }

  @Test func theLastLineMayLackItsEnd() throws {
    #expect(
      try read("one\tyes\ntwo\tno", DataLayout(format: .tsv, hasHeader: false, columns: numbered))
        == ["one|yes", "two|no"])
    #expect(
      try read(
        #"{"text": "one", "label": "yes"}"#, DataLayout(format: .jsonl, columns: named))
        == ["one|yes"])
    #expect(
      try read("one,\"yes\"", DataLayout(format: .csv, hasHeader: false, columns: numbered))
        == ["one|yes"])
  }

  @Test(arguments: [DataLayout.Format.tsv, .csv, .jsonl])
  func blankLinesAreAcceptedAtTheEndOnly(format: DataLayout.Format) throws {
    let separator = format == .tsv ? "\t" : ","
    let line =
      format == .jsonl
      ? #"{"text": "one", "label": "yes"}"# : "one\(separator)yes"
    let layout = DataLayout(
      format: format, hasHeader: false, columns: format == .jsonl ? named : numbered)
    #expect(try read("\(line)\n\n \n", layout) == ["one|yes"])
    #expect(throws: TaskError.blankLine(place: FilePlace("data", line: 2))) {
      try read("\(line)\n\n\(line)\n", layout)
    }
  }

  @Test func labelsMayBeTextNumbersOrTruthValues() throws {
    let lines = [
      #"{"text": "a", "label": "0"}"#, #"{"text": "b", "label": 0}"#,
      #"{"text": "c", "label": 1.0}"#, #"{"text": "d", "label": false}"#,
      #"{"text": "e", "label": true}"#, #"{"text": 7, "label": -1}"#,
    ]
    #expect(
      try read(lines.joined(separator: "\n"), DataLayout(format: .jsonl, columns: named))
        == ["a|0", "b|0", "c|1", "d|false", "e|true", "7|-1"])
  }

  @Test func printedFloatsAreTheNumbersTheyCameFrom() throws {
    func targets(_ text: String) throws -> [Example.Target?] {
      let layout = DataLayout(format: .jsonl, columns: named)
      let file = try TextFile(path: "data", bytes: Array(text.utf8), encoding: .utf8)
      return try ExampleReader(layout.table(file), layout: layout, needsLabels: true)
        .examples(.numbers).map(\.target)
    }
    #expect(
      try targets(
        """
        {"text": "a", "label": 2.200000047683716}
        {"text": "b", "label": 2.2}
        {"text": "c", "label": "2.200"}
        {"text": "d", "label": 5}
        """) == [.value(2.2), .value(2.2), .value(2.2), .value(5)])
  }

  @Test func listsOfObjectsAreRead() throws {
    let text = """
      [{"label": "yes", "text": "first\\nsecond \\u00e9 \\ud83d\\ude00"},

       {"text": "two", "label": "no", "other": [1, {"a": null}]}]
      """
    #expect(
      try read(text, DataLayout(format: .json, columns: named))
        == ["first\nsecond é 😀|yes", "two|no"])
    #expect(try read(" [ ] ", DataLayout(format: .json, columns: named)) == [])
  }

  @Test func innerKeysAreReachedWithDots() throws {
    let columns = ColumnSet(
      text: [.name("text")], pair: [.name("target.a"), .name("target.b")], label: .name("label"))
    let text = #"{"text": "t", "target": {"a": "x", "b": "y"}, "label": true}"#
    #expect(try read(text, DataLayout(format: .jsonl, columns: columns)) == ["t|x y|true"])
  }

  @Test func aLabelBeforeABlankIsSplitOnce() throws {
    #expect(
      try read(
        "1 a fine  film\n0 not so\tfine\n",
        DataLayout(format: .labelled, columns: ColumnSet(text: [.number(2)], label: .number(1))))
        == ["a fine  film|1", "not so\tfine|0"])
  }

  @Test func severalTextColumnsAreJoined() throws {
    let columns = ColumnSet(text: [.number(2), .number(3)], label: .number(1))
    #expect(
      try read(
        "\"3\",\"Title\",\"Body, and more\"\n",
        DataLayout(format: .csv, hasHeader: false, columns: columns))
        == ["Title Body, and more|3"])
  }

  @Test func otherEncodingsAndCompressedFilesAreNamed() {
    #expect(throws: TaskError.compressed(path: "data")) {
      try TextFile(path: "data", bytes: [0x1F, 0x8B, 8, 0], encoding: .utf8)
    }
    #expect(throws: TaskError.utf16(path: "data")) {
      try TextFile(path: "data", bytes: [0xFF, 0xFE, 0x61, 0], encoding: .latin1)
    }
  }

  @Test func aWrongByteIsFoundInItsLine() {
    let bytes = Array("text\tlabel\none\tyes\ntwo ".utf8) + [0xC3, 0x28, 0x09, 0x61, 0x0A]
    #expect(throws: TaskError.notUTF8(place: FilePlace("data", line: 3), byte: 0xC3)) {
      try read(bytes, DataLayout(format: .tsv, columns: named))
    }
    let quoted = Array("\"a\nb".utf8) + [0xFF] + Array("\",yes\n".utf8)
    #expect(throws: TaskError.notUTF8(place: FilePlace("data", line: 2), byte: 0xFF)) {
      try read(quoted, DataLayout(format: .csv, hasHeader: false, columns: numbered))
    }
  }
}
