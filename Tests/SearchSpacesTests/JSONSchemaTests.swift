import Foundation
import Testing

@testable import SearchSpaces

/// The JSON Schema for editors, and what `autopeft space` prints.
@Suite struct JSONSchemaTests {
  @Test func schemaIsJSONAndNamesEveryKey() throws {
    let text = SearchSpace.jsonSchema(schemas: TestSchemas.all)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(object["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
    let properties = try #require(object["properties"] as? [String: [String: Any]])
    guard case .mapping(let mapping) = SpaceGrammar(schemas: TestSchemas.all).file else {
      Issue.record("the file is no mapping")
      return
    }
    #expect(Set(properties.keys) == Set(mapping.keys.map(\.name)))
    #expect(properties.values.allSatisfy { ($0["description"] as? String)?.isEmpty == false })
    #expect(object["required"] as? [String] == ["version"])
    #expect(object["additionalProperties"] as? Bool == false)
    let methods = try #require(properties["methods"]?["properties"] as? [String: [String: Any]])
    #expect(Set(methods.keys) == Set(TestSchemas.all.map(\.name)))
    #expect(SearchSpace.jsonSchema(schemas: TestSchemas.all.reversed()) == text)
    let configuration = PEFTConfiguration.jsonSchema(schemas: TestSchemas.all)
    #expect(throws: Never.self) {
      try JSONSerialization.jsonObject(with: Data(configuration.utf8))
    }
  }

  @Test func reportsAreJSON() throws {
    let space = try shippedSpace("lora-ranks", Shapes.bertBase)
    let report = space.checkReport().rendered()
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(report.utf8)) as? [String: Any])
    #expect((object["decisions"] as? [Any])?.count == 8)
    #expect(
      report.hasPrefix(
        """
        {
          "file": "spaces/lora-ranks.yaml",
          "description": "LoRA with ranks and targets by layer group",
          "decisions": [
            {
              "path": "group1.lora.targets",
              "kind": "subset",
              "values": "1 to 6 of query, key, value, output, ffn-in, ffn-out",
              "default": "[query, value]"
            },
            {
              "path": "group1.lora.rank",
              "kind": "ordinal",
              "values": "0, 1, 2, 4, 8, 16, 32",
              "default": "8"
            },
        """))
    var random = TestRandom(4)
    let candidates = space.sampleCandidates(count: 3, using: &random)
    #expect(candidates.count == 3)
    for candidate in candidates {
      let text = candidate.json.rendered()
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      #expect(object["identity"] as? String == candidate.configuration.identity)
    }
  }

  @Test func textIsEscaped() {
    #expect(JSONText.string("a\"\\\n\u{1}é").rendered() == "\"a\\\"\\\\\\n\\u0001é\"")
    #expect(JSONText.number(.nan).rendered() == "null")
    #expect(JSONText.object([]).rendered() == "{}")
    #expect(JSONText.array([.integer(1), .null]).rendered() == "[1, null]")
  }
}
