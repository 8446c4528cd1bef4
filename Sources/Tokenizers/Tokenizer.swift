/// The WordPiece tokenizer of BERT, equal to Hugging Face `tokenizers` in every number.
///
/// Special tokens are found in the raw text; what stands between is normalised, split at white
/// space and punctuation, and cut into word pieces; special tokens are set around; pairs that are
/// too long lose tokens of the longer text first. Nothing is padded.
public struct Tokenizer: Tokenizing {
  let vocabulary: Vocabulary
  let normalizer: BertNormalizer
  let model: WordPiece
  let template: TokenTemplate
  let rawTokens: AddedTokenFinder
  let normalizedTokens: AddedTokenFinder
  public let specialTokens: SpecialTokens

  init(_ parts: TokenizerParts) {
    vocabulary = parts.vocabulary
    normalizer = parts.normalizer
    model = parts.model
    template = parts.template
    specialTokens = parts.specialTokens
    let normalizer = parts.normalizer
    rawTokens = AddedTokenFinder(parts.addedTokens.filter { !$0.isNormalized }) { $0.content }
    normalizedTokens = AddedTokenFinder(parts.addedTokens.filter(\.isNormalized)) { token in
      var text = String.UnicodeScalarView()
      text.append(contentsOf: normalizer.normalized(Array(token.content.unicodeScalars)[...]))
      return String(text)
    }
  }

  public var vocabularySize: Int { vocabulary.size }

  public func specialTokenCount(isPair: Bool) -> Int { template.specialCount(isPair: isPair) }

  /// The text of a token, with the mark of a continued word; nil for a number without a token.
  public func text(of id: Int32) -> String? { vocabulary.text(of: id) }

  /// The number of a token.
  public func id(of token: String) -> Int32? { vocabulary.id(of: token) }

  /// The token numbers of a text alone: no special tokens are set around it, nothing is cut off.
  public func pieces(of text: String) -> [Int32] {
    let raw = Array(text.unicodeScalars)
    var result: [Int32] = []
    for segment in rawTokens.segments(of: raw) {
      switch segment {
      case .token(let id): result.append(id)
      case .text(let range): appendPieces(ofText: raw[range], to: &result)
      }
    }
    return result
  }

  public func encode(_ text: String, pair: String? = nil, maximumLength: Int) -> Encoding {
    let isPair = pair != nil
    let limit = maximumLength - specialTokenCount(isPair: isPair)
    precondition(
      limit >= 0,
      "Tokenizer.encode: \(maximumLength) tokens do not hold the special tokens alone")
    let first = pieces(of: text)
    let second = pair.map(pieces(of:)) ?? []
    let kept =
      isPair
      ? Truncation.longestFirst(first: first.count, second: second.count, limit: limit)
      : (min(first.count, limit), 0)
    var ids: [Int32] = []
    var types: [Int32] = []
    func append(_ tokens: some Collection<Int32>, type: Int32) {
      ids.append(contentsOf: tokens)
      types.append(contentsOf: repeatElement(type, count: tokens.count))
    }
    for piece in template.pieces(isPair: isPair) {
      switch piece {
      case .special(let id, let type): append(CollectionOfOne(id), type: type)
      case .first(let type): append(first.prefix(kept.0), type: type)
      case .second(let type): append(second.prefix(kept.1), type: type)
      }
    }
    return Encoding(
      ids: ids, types: types, isTruncated: kept.0 < first.count || kept.1 < second.count)
  }

  // MARK: Parts

  private func appendPieces(
    ofText text: ArraySlice<Unicode.Scalar>, to result: inout [Int32]
  ) {
    let normalized = normalizer.normalized(text)
    for segment in normalizedTokens.segments(of: normalized) {
      switch segment {
      case .token(let id): result.append(id)
      case .text(let range): appendWords(normalized[range], to: &result)
      }
    }
  }

  /// Splits at white space, which goes, and at punctuation, which stays as words of one scalar.
  ///
  /// Reference: huggingface/tokenizers tokenizers/src/pre_tokenizers/bert.rs.
  private func appendWords(_ text: ArraySlice<Unicode.Scalar>, to result: inout [Int32]) {
    var start = text.startIndex
    for index in text.indices {
      let isSpace = UnicodeRules.isWhitespace(text[index])
      guard isSpace || UnicodeRules.isPunctuation(text[index]) else { continue }
      if start < index { model.appendPieces(of: text[start..<index], to: &result) }
      if !isSpace { model.appendPieces(of: text[index...index], to: &result) }
      start = index + 1
    }
    if start < text.endIndex { model.appendPieces(of: text[start...], to: &result) }
  }
}
