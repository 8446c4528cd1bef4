import Foundation
import Testing

@testable import SearchSpaces

/// The examples of `docs/space-files.md` are read by the program.
@Suite struct DocumentationTests {
  static let text: String = {
    let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "docs/space-files.md")
    return (try? String(contentsOf: url, encoding: .utf8)) ?? ""
  }()

  /// The indented blocks, without their indentation.
  static var blocks: [String] {
    var blocks: [String] = []
    var lines: [Substring] = []
    for line in (text + "\n\n").split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("    ") {
        lines.append(line.dropFirst(4))
      } else if !lines.isEmpty {
        blocks.append(lines.joined(separator: "\n"))
        lines = []
      }
    }
    return blocks
  }

  @Test func everyExampleIsRead() throws {
    var read = 0
    for block in Self.blocks where !block.hasPrefix("autopeft") {
      read += 1
      if block.hasPrefix("version: 1\ngroups:\n") {
        _ = try PEFTConfiguration(
          yaml: block, file: "doc", schemas: TestSchemas.all, backbone: Shapes.bertBase)
        continue
      }
      _ = try space(Self.completed(block))
    }
    #expect(read == 6)
  }

  /// A part of a file, with what it needs around it.
  private static func completed(_ block: String) -> String {
    if block.hasPrefix("version") { return block }
    let rank = block.contains("budget") ? "fill" : "{int: [1, 64]}"
    var text = "version: 1\nmethods: {lora: {rank: \(rank)}}\n"
    text +=
      "groups: {pattern: \(block.contains("start") ? "any, count: 1" : "uniform, count: 4")}\n"
    if !block.contains("group:") && !block.contains("budget") {
      text += "each-group: {subset: [lora, prefix], min: 1}\n"
    }
    return text + block
  }

  @Test func everyKeyIsDocumented() {
    guard case .mapping(let mapping) = SpaceGrammar(schemas: TestSchemas.all).file else { return }
    for key in mapping.keys where key.name != "description" {
      #expect(Self.text.contains("`\(key.name)"), "\(key.name)")
    }
    for key in TrainingKey.allCases { #expect(Self.text.contains("`\(key.rawValue)`")) }
    for cost in CostName.allCases { #expect(Self.text.contains("`\(cost.rawValue)`")) }
    for pattern in LayerPattern.allCases { #expect(Self.text.contains("`\(pattern.rawValue)`")) }
  }
}
