internal import LinearAlgebra

/// An example before its words are spelled.
struct EmbeddedDraft {
  let first: [Int32]
  let second: [Int32]?
  let label: EmbeddedLabel
}

extension EmbeddedTask {
  /// One example, or nil where the draw does not meet the task's conditions.
  ///
  /// Classes take turns by the example's number, so that every prefix of a split is balanced.
  func draft(number: Int, _ writer: inout SentenceWriter) -> EmbeddedDraft? {
    switch self {
    case .agr2: agreement(isRight: number.isMultiple(of: 2), &writer)
    case .nli2: inference(PairRelation.allCases[number % 3], &writer)
    case .lex: valence(number.isMultiple(of: 2) ? .positive : .negative, &writer)
    case .val: nounValue(&writer)
    }
  }

  /// At most this many words and two special tokens in a sentence of `agr2`.
  private static let agreementLength = 30
  private static let agreementNesting = 0.6

  /// A sentence whose subject is modified; wrong ones have the form of one site exchanged.
  ///
  /// Sites are the verbs, the copula of the main predicate and its adjective.
  private func agreement(isRight: Bool, _ writer: inout SentenceWriter) -> EmbeddedDraft? {
    _ = writer.sentence(modifier: 1, nesting: Self.agreementNesting)
    guard writer.tokens.count + 2 <= Self.agreementLength, writer.sites.count >= 2 else {
      return nil
    }
    var tokens = writer.tokens
    if !isRight {
      let site = writer.sites[writer.random.integer(below: writer.sites.count)]
      tokens[site.position] = site.wrongToken
    }
    return EmbeddedDraft(first: tokens, second: nil, label: .category(isRight ? 1 : 0))
  }

  private func inference(
    _ relation: PairRelation, _ writer: inout SentenceWriter
  ) -> EmbeddedDraft? {
    let kind = PairWriter.drawKind(&writer, [(.voice, 3), (.quantifier, 4), (.antonym, 2)])
    let sentences = PairWriter.sentences(kind: kind, relation: relation, &writer)
    return EmbeddedDraft(
      first: sentences.first, second: sentences.second, label: .category(relation.rawValue))
  }

  /// A free document of at least three valenced words whose balance has the sign asked for.
  ///
  /// The balance is the valence of verbs and adverbs less that of adjectives. A document's words
  /// share a mood, which the backbone knows; in the difference it cancels, so that the words
  /// themselves must be told apart.
  private func valence(_ wanted: Valence, _ writer: inout SentenceWriter) -> EmbeddedDraft? {
    let sentences = freeSentences(&writer)
    var balance = 0
    var count = 0
    for token in sentences.first + (sentences.second ?? []) {
      guard let valence = EmbeddedLexicon.valence(of: token) else { continue }
      count += 1
      balance += EmbeddedLexicon.isAdjective(token) ? -valence.sign : valence.sign
    }
    guard count >= 3, balance * wanted.sign > 0 else { return nil }
    return EmbeddedDraft(
      first: sentences.first, second: sentences.second, label: .category(wanted.rawValue))
  }

  private static let classWeights = [-3.0, 2, -1, 3, 1, -2, 4, -4]
  private static let pluralFactor = 2.5
  /// About the standard deviation of the weighted sum, so that scores have unit scale.
  private static let valueUnit = 10.0

  /// A free document; its score is the sum of its nouns' class weights, plurals times 2.5.
  private func nounValue(_ writer: inout SentenceWriter) -> EmbeddedDraft? {
    let sentences = freeSentences(&writer)
    var sum = 0.0
    for token in sentences.first + (sentences.second ?? []) {
      guard let noun = EmbeddedLexicon.nounFacts(of: token) else { continue }
      sum +=
        Self.classWeights[noun.semanticClass] * (noun.number == .plural ? Self.pluralFactor : 1)
    }
    return EmbeddedDraft(
      first: sentences.first, second: sentences.second, label: .score(sum / Self.valueUnit))
  }

  private func freeSentences(
    _ writer: inout SentenceWriter
  ) -> (first: [Int32], second: [Int32]?) {
    let document = EmbeddedCorpus.freeDocument(&writer)
    let first = Array(document.tokens[1..<(document.secondStart - 1)])
    let hasSecond = document.secondStart < document.tokens.count
    return (
      first, hasSecond ? Array(document.tokens[document.secondStart...].dropLast()) : nil
    )
  }
}
