import Foundation
import Testing

@testable import SearchSpaces

/// Every fault of a space file: an input and the exact sentence.
@Suite struct SpaceErrorTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let id: String
    let text: String
    let sentence: String
    var shape = Shapes.bertBase

    init(_ id: String, _ text: String, _ sentence: String, shape: BackboneShape = Shapes.bertBase) {
      (self.id, self.text, self.sentence, self.shape) = (id, text, sentence, shape)
    }

    var testDescription: String { id }
  }

  /// Text behind `version: 1` and one LoRA, on line 3.
  static func after(_ text: String) -> String {
    "version: 1\nmethods: {lora: {rank: 4}}\n\(text)\n"
  }

  static func sentence(_ text: String, _ shape: BackboneShape = Shapes.bertBase) -> String {
    do throws(SpaceError) {
      _ = try SearchSpace(yaml: text, file: "s.yaml", schemas: TestSchemas.all, backbone: shape)
      return "no error"
    } catch {
      return error.description
    }
  }

  @Test(arguments: textRows + shapeRows + domainRows + meaningRows + clauseRows)
  func sentenceIsExact(row: Row) {
    #expect(Self.sentence(row.text, row.shape) == row.sentence)
  }

  @Test func idsAreDistinct() {
    let rows = Self.textRows + Self.shapeRows + Self.domainRows + Self.meaningRows + Self.clauseRows
    #expect(Set(rows.map(\.id)).count == rows.count)
  }

  static let configurationRows: [Row] = [
    Row(
      "configuration-unknown", "version: 1\ngroups: [{layers: 12, method: {}}]\n",
      "s.yaml:2:23: unknown key 'method' in groups[1]. Did you mean 'methods'?"),
    Row(
      "configuration-domain",
      "version: 1\ngroups: [{layers: 12, methods: {lora: {rank: {int: [1, 2]}}}}]\n",
      "s.yaml:2:46: groups[1].methods.lora.rank must be an integer from 1 to 8192, got a mapping "
        + "with the key 'int'."),
    Row(
      "configuration-layers", "version: 1\ngroups: [{layers: 4}, {layers: 4}]\n",
      "s.yaml:2:9: the groups have 8 layers in all, the backbone has 12."),
    Row(
      "configuration-version", "version: 2\ngroups: [{layers: 12}]\n",
      "s.yaml:1:10: this is a file of version 2, this program knows 1. Update autopeft."),
    Row(
      "configuration-scope", "version: 1\ngroups: [{layers: 12, methods: {embeddings: {}}}]\n",
      "s.yaml:2:33: method 'embeddings' belongs to the whole model and cannot stand in a group. "
        + "Put it in 'model'."),
    Row(
      "configuration-claim",
      "version: 1\ngroups: [{layers: 12, methods: {full: {}, bitfit: {}}}]\n",
      "s.yaml:2:32: 'full' and 'bitfit' both rewrite 'query.bias' in group 1. Keep one of them."),
    Row(
      "configuration-training",
      "version: 1\ngroups: [{layers: 12}]\ntraining: {learning-rate: fast}\n",
      "s.yaml:3:27: training.learning-rate must be a number from 1e-09 to 10, got 'fast'."),
  ]

  @Test(arguments: configurationRows)
  func configurationSentenceIsExact(row: Row) {
    do throws(SpaceError) {
      _ = try PEFTConfiguration(
        yaml: row.text, file: "s.yaml", schemas: TestSchemas.all, backbone: Shapes.bertBase)
      Issue.record("no error")
    } catch {
      #expect(error.description == row.sentence)
    }
  }

  @Test func filesThatAreNoTextAreNamed() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "autopeft-space-\(ProcessInfo.processInfo.globallyUniqueString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func sentence(_ name: String, _ bytes: Data?) throws -> String {
      let url = folder.appending(path: name)
      if let bytes { try bytes.write(to: url) }
      do throws(SpaceError) {
        return try SpaceText.read(url, name: name)
      } catch {
        return error.description
      }
    }
    #expect(try sentence("none.yaml", nil) == "none.yaml: cannot be read: there is no such file.")
    #expect(
      try sentence("latin.yaml", Data([0x61, 0x3A, 0x20, 0xE9, 0x0A]))
        == "latin.yaml: byte 4 is not UTF-8. Save the file as UTF-8.")
    #expect(
      try sentence("cut.yaml", Data([0x61, 0xE2, 0x82]))
        == "cut.yaml: byte 2 is not UTF-8. Save the file as UTF-8.")
    #expect(
      try sentence("big.yaml", Data(repeating: 0x61, count: 300_000))
        == "big.yaml: the file has 300000 bytes, expected at most 262144. Is this a space file?")
    #expect(try sentence("bom.yaml", Data([0xEF, 0xBB, 0xBF, 0x61])) == "a")
    do throws(SpaceError) {
      _ = try SpaceText.read(folder, name: "folder")
      Issue.record("no error")
    } catch {
      #expect(error.description == "folder: cannot be read: it is a directory.")
    }
  }

  @Test func everyCaseHasARow() throws {
    let source = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
      .appending(path: "Sources/SearchSpaces/Parsing/SpaceError.swift")
    let text = try String(contentsOf: source, encoding: .utf8)
    let cases = Set(text.matches(of: /\n  case (\w+)\(/).map { String($0.output.1) })
    var seen: Set<String> = ["unreadable", "notUTF8"]
    for row in Self.textRows + Self.shapeRows + Self.domainRows + Self.meaningRows + Self.clauseRows
    {
      do throws(SpaceError) {
        _ = try SearchSpace(
          yaml: row.text, file: "s.yaml", schemas: TestSchemas.all, backbone: row.shape)
      } catch {
        if let name = Mirror(reflecting: error).children.first?.label { seen.insert(name) }
      }
    }
    #expect(cases.subtracting(seen) == [])
  }

  @Test func mutatedFilesNeverCrash() throws {
    var random = TestRandom(17)
    let pieces = [
      "[", "]", "{", "}", ":", "-", "\n", " ", "\"", "'", "#", "&a", "*a", "!!x", "1e999", "-0",
      "fill", "subset", "0", "\u{0}", "é", "\t", "|", ">", "%", "~", "<<", "?", ",",
    ]
    var failures = 0
    for name in ShippedSpacesTests.names {
      let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "spaces/\(name).yaml")
      let original = Array(
        try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
          .filter { !$0.hasPrefix("#") }.joined(separator: "\n"))
      for _ in 0..<150 {
        var text = original
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          let start = Int.random(in: 0..<text.count, using: &random)
          let length = Int.random(in: 0...12, using: &random)
          let piece = pieces[Int.random(in: 0..<pieces.count, using: &random)]
          text.replaceSubrange(start..<min(text.count, start + length), with: Array(piece))
        }
        if Self.sentence(String(text), Shapes.miniLM6) != "no error" { failures += 1 }
      }
    }
    #expect(failures > 300)
  }
}
