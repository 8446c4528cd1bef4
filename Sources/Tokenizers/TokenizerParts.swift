/// All that a tokenizer is made of, whichever files it comes from.
struct TokenizerParts {
  var vocabulary: Vocabulary
  var normalizer: BertNormalizer
  var model: WordPiece
  var template: TokenTemplate
  var addedTokens: [AddedToken]
  var specialTokens: SpecialTokens
}
