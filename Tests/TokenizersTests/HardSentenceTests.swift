import Foundation
import TestSupport
import Testing

@testable import Tokenizers

/// Hard sentences of our own with the numbers of Hugging Face `tokenizers`, by pipeline.
struct HardFixture: Decodable {
  struct Repeated: Decodable {
    let text: String
    let count: Int
  }

  struct Numbers: Decodable {
    let single: [[Int32]]
    /// Run lengths: count and number by turns.
    let repeated: [[Int32]]
    /// For each pair and each limit: numbers and types; null where the limit is below the template.
    let pairs: [[[Int32]]?]
  }

  let sentences: [String]
  let repeated: [Repeated]
  let pairs: [[String]]
  let limits: [Int]
  let pipelines: [String: Numbers]

  static func load() throws -> HardFixture {
    let data = try Data(contentsOf: Fixtures.url("tokenizers/hard.json"))
    return try JSONDecoder().decode(HardFixture.self, from: data)
  }

  static let smallPipelines = [
    "uncased", "cased", "lowercase-keep-accents", "cased-strip-accents", "raw", "added",
  ]
}

@Suite struct HardSentenceTests {
  private let fixture: HardFixture

  init() throws {
    fixture = try HardFixture.load()
  }

  @Test(arguments: HardFixture.smallPipelines)
  func smallVocabularyEqualsHuggingFace(_ name: String) throws {
    let folder = Fixtures.url("tokenizers/\(name)").path
    try compare(try Tokenizer(directory: folder), with: name)
  }

  @Test(.enabled(if: ParityFixture.vocabularyFolder != nil, "the real data sets are not here"))
  func bertVocabularyEqualsHuggingFace() throws {
    try compare(try TokenizerParityTests.tokenizer.get(), with: "bert-uncased")
  }

  @Test func theWordListEqualsTheFile() throws {
    let text = try String(contentsOf: Fixtures.url("tokenizers/small-vocab.txt"), encoding: .utf8)
    let words = text.unicodeScalars.split(separator: "\n").map(String.init)
    try compare(try Tokenizer(words: words, casing: .uncased), with: "uncased")
  }

  private func compare(_ tokenizer: Tokenizer, with name: String) throws {
    let expected = try #require(fixture.pipelines[name])
    #expect(fixture.sentences.count == expected.single.count)
    #expect(fixture.sentences.count > 200)
    for (text, ids) in zip(fixture.sentences, expected.single) {
      #expect(tokenizer.encode(text, maximumLength: .max).ids == ids, "\(text.debugDescription)")
    }
    for (repeated, runs) in zip(fixture.repeated, expected.repeated) {
      let text = String(repeating: repeated.text, count: repeated.count)
      let ids = tokenizer.encode(text, maximumLength: .max).ids
      #expect(runLengths(ids) == runs, "\(repeated.count) times \(repeated.text.debugDescription)")
    }
    var row = 0
    for pair in fixture.pairs {
      for limit in fixture.limits {
        defer { row += 1 }
        guard let answer = expected.pairs[row] else { continue }
        let encoding = tokenizer.encode(pair[0], pair: pair[1], maximumLength: limit)
        #expect([encoding.ids, encoding.types] == answer, "\(pair) up to \(limit)")
        let whole = tokenizer.encode(pair[0], pair: pair[1], maximumLength: .max).ids.count
        #expect(encoding.isTruncated == (whole > limit))
      }
    }
  }

  private func runLengths(_ ids: [Int32]) -> [Int32] {
    var runs: [Int32] = []
    for id in ids {
      if runs.last == id { runs[runs.count - 2] += 1 } else { runs += [1, id] }
    }
    return runs
  }
}
