import Foundation
import TestSupport
import Testing

@testable import Tokenizers

/// What Hugging Face `tokenizers` does with every scalar of Unicode, as digests of 65,536 each.
struct UnicodeFixture: Decodable {
  let digests: [String: [String]]

  /// The steps with what this module does in each.
  static let steps: [(name: String, result: @Sendable (Unicode.Scalar) -> [UInt32])] = [
    ("clean", normalizer(cleansText: true)),
    ("chinese", normalizer(separatesChineseCharacters: true)),
    ("strip", normalizer(stripsAccents: true)),
    ("lowercase", normalizer(lowercases: true)),
    (
      "words",
      { scalar in
        if UnicodeRules.isWhitespace(scalar) { return [0] }
        return [UnicodeRules.isPunctuation(scalar) ? 1 : scalar.value]
      }
    ),
  ]

  private static func normalizer(
    cleansText: Bool = false, separatesChineseCharacters: Bool = false,
    stripsAccents: Bool = false, lowercases: Bool = false
  ) -> @Sendable (Unicode.Scalar) -> [UInt32] {
    let normalizer = BertNormalizer(
      cleansText: cleansText, separatesChineseCharacters: separatesChineseCharacters,
      stripsAccents: stripsAccents, lowercases: lowercases)
    return { normalizer.normalized([$0]).map(\.value) }
  }
}

@Suite struct UnicodeRulesTests {
  @Test(arguments: UnicodeFixture.steps.map(\.name))
  func everyScalarEqualsHuggingFace(_ name: String) throws {
    let step = try #require(UnicodeFixture.steps.first { $0.name == name })
    let data = try Data(contentsOf: Fixtures.url("tokenizers/unicode.json"))
    let expected = try #require(
      try JSONDecoder().decode(UnicodeFixture.self, from: data).digests[name])
    #expect(expected.count == 17)
    for (block, digest) in expected.enumerated() {
      var found = Digest()
      for value in UInt32(block) << 16..<UInt32(block + 1) << 16 {
        guard let scalar = Unicode.Scalar(value) else { continue }
        let result = step.result(scalar)
        if result == [value] { continue }
        for word in [value, UInt32(result.count)] + result { found.add(word) }
      }
      #expect(found.hexadecimal == digest, "\(name), block \(block)")
    }
  }
}
