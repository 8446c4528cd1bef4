import Foundation
import TestSupport
import Testing

@testable import Tokenizers

/// Numbers of Hugging Face `tokenizers` on all sentences of the real data sets, as digests.
struct ParityFixture: Decodable {
  struct Run: Decodable, CustomTestStringConvertible {
    let file: String
    let pairs: Bool
    let maximum: Int?
    let count: Int
    let tokens: Int
    let digest: String

    var testDescription: String {
      "\(file)\(pairs ? " pairs" : "")\(maximum.map { " up to \($0)" } ?? "")"
    }
  }

  let runs: [Run]

  static let runs: [Run] = {
    guard let data = try? Data(contentsOf: Fixtures.url("tokenizers/parity.json")) else {
      return []
    }
    return (try? JSONDecoder().decode(ParityFixture.self, from: data).runs) ?? []
  }()

  /// The folder of a vocab.txt alone, where the real data sets are.
  static let vocabularyFolder = Fixtures.sharedData("tokenizer_bert_uncased")
}

@Suite struct TokenizerParityTests {
  static let tokenizer = Result {
    try Tokenizer(
      directory: ParityFixture.vocabularyFolder?.path ?? "no folder", casing: .uncased)
  }

  @Test func everyFileIsListed() {
    #expect(ParityFixture.runs.count == 24)
    let sentences = ParityFixture.runs.filter { !$0.pairs && $0.maximum == nil }.map(\.count)
    #expect(sentences.reduce(0, +) == 108_569)
  }

  @Test(
    .enabled(if: ParityFixture.vocabularyFolder != nil, "the real data sets are not here"),
    arguments: ParityFixture.runs)
  func everySentenceEqualsHuggingFace(_ run: ParityFixture.Run) throws {
    let tokenizer = try Self.tokenizer.get()
    let rows = try #require(try SentenceFiles.rows(run.file))
    let inputs = run.pairs ? rows : rows.flatMap { row in row.map { [$0] } }
    var digest = Digest()
    var tokens = 0
    for input in inputs {
      let encoding = tokenizer.encode(
        input[0], pair: run.pairs ? input[1] : nil, maximumLength: run.maximum ?? .max)
      tokens += encoding.ids.count
      digest.add(UInt32(encoding.ids.count))
      for word in encoding.ids + encoding.types { digest.add(UInt32(bitPattern: word)) }
    }
    #expect(inputs.count == run.count)
    #expect(tokens == run.tokens)
    #expect(digest.hexadecimal == run.digest)
  }
}
