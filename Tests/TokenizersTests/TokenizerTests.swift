import Foundation
import TestSupport
import Testing

@testable import Tokenizers

@Suite struct TokenizerTests {
  private static let words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "play", "##ing", "the"]

  @Test func specialTokensAndTextsAreKnown() throws {
    let tokenizer = try Tokenizer(words: Self.words, casing: .uncased)
    #expect(
      tokenizer.specialTokens
        == SpecialTokens(unknown: 1, classification: 2, separator: 3, padding: 0, mask: 4))
    #expect(tokenizer.vocabularySize == 8)
    #expect(tokenizer.text(of: 6) == "##ing")
    #expect(tokenizer.text(of: 8) == nil)
    #expect(tokenizer.id(of: "the") == 7)
    #expect(tokenizer.specialTokenCount(isPair: false) == 2)
    #expect(tokenizer.specialTokenCount(isPair: true) == 3)
    #expect(tokenizer.pieces(of: "The playing x") == [7, 5, 6, 1])
  }

  @Test func missingPaddingAndMaskAreAllowed() throws {
    let tokenizer = try Tokenizer(words: ["[UNK]", "[CLS]", "[SEP]"], casing: .cased)
    #expect(tokenizer.specialTokens.padding == nil)
    #expect(tokenizer.specialTokens.mask == nil)
  }

  @Test func filesBesideTheVocabularyDecide() throws {
    try TemporaryFolder.with { folder in
      let vocabulary = "<p>\r\n<u>\r\n<c>\r\n<s>\r\na\r\nÀ\r\nà\r\n我我\r\n<m>\r\n"
      try vocabulary.write(toFile: "\(folder)/vocab.txt", atomically: false, encoding: .utf8)
      try """
      {"do_lower_case": true, "strip_accents": false, "tokenize_chinese_chars": false,
       "tokenizer_class": "BertTokenizer", "never_split": null, "model_max_length": 512,
       "unk_token": "<u>", "cls_token": "<c>", "sep_token": "<s>"}
      """.write(toFile: "\(folder)/tokenizer_config.json", atomically: false, encoding: .utf8)
      try """
      {"pad_token": "<p>", "mask_token": {"content": "<m>", "lstrip": true, "rstrip": false}}
      """.write(toFile: "\(folder)/special_tokens_map.json", atomically: false, encoding: .utf8)
      let tokenizer = try Tokenizer(directory: folder)
      #expect(
        tokenizer.specialTokens
          == SpecialTokens(unknown: 1, classification: 2, separator: 3, padding: 0, mask: 8))
      #expect(tokenizer.encode("À  <m> 我我", maximumLength: 9).ids == [2, 6, 8, 7, 3])
    }
  }

  @Test func tokensOfTheDecoderTableGetTheirNumbers() throws {
    try TemporaryFolder.with { folder in
      try Self.words.joined(separator: "\n").write(
        toFile: "\(folder)/vocab.txt", atomically: false, encoding: .utf8)
      try """
      {"do_lower_case": true, "additional_special_tokens": ["<e>"],
       "added_tokens_decoder": {"8": {"content": "<e>", "special": true}}}
      """.write(toFile: "\(folder)/tokenizer_config.json", atomically: false, encoding: .utf8)
      let tokenizer = try Tokenizer(directory: folder)
      #expect(tokenizer.vocabularySize == 9)
      #expect(tokenizer.pieces(of: "the<e>the") == [7, 8, 7])
    }
  }

  /// Numbers of `truncate_encodings` of Hugging Face, worked out by hand from its source.
  @Test(arguments: [
    (first: 5, second: 5, limit: 10, kept: (5, 5)), (5, 5, 9, (4, 5)), (6, 5, 9, (5, 4)),
    (5, 6, 9, (4, 5)), (2, 9, 7, (2, 5)), (9, 2, 7, (5, 2)), (9, 9, 1, (0, 1)),
    (10, 9, 1, (1, 0)), (3, 0, 2, (2, 0)), (0, 3, 2, (0, 2)), (4, 4, 0, (0, 0)),
  ])
  func theLongerTextLosesFirst(first: Int, second: Int, limit: Int, kept: (Int, Int)) {
    #expect(Truncation.longestFirst(first: first, second: second, limit: limit) == kept)
  }

  @Test func aTextThatIsCutSaysSo() throws {
    let tokenizer = try Tokenizer(words: Self.words, casing: .uncased)
    #expect(tokenizer.encode("the the", maximumLength: 4).isTruncated == false)
    let cut = tokenizer.encode("the the", maximumLength: 3)
    #expect(cut == Encoding(ids: [2, 7, 3], types: [0, 0, 0], isTruncated: true))
    #expect(tokenizer.encode("the", maximumLength: 2).ids == [2, 3])
  }
}
