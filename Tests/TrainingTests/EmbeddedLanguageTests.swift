import LinearAlgebra
import Testing

@testable import Training

@Suite struct EmbeddedLanguageTests {
  let lexicon = EmbeddedLexicon.standard
  let corpus = EmbeddedCorpus(lexicon: .standard, key: RandomKey(seed: 1))

  @Test func vocabularyHasDistinctWordsInTheirBlocks() {
    let words = lexicon.vocabulary
    #expect(words.count == 514)
    #expect(Set(words).count == 514)
    #expect(Array(words[..<5]) == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    #expect(EmbeddedLexicon.Block.function == 491)
    #expect(words[Int(EmbeddedLexicon.Token.stop)] == ".")
    #expect(words[Int(EmbeddedLexicon.Token.they)] == "they")
    for word in words[5...] where word != "." {
      #expect(word.unicodeScalars.allSatisfy { $0.value >= 97 && $0.value <= 122 })
    }
    for relation in PairRelation.allCases {
      #expect(words[Int(EmbeddedLexicon.Token.connector(relation))] == relation.connector)
    }
  }

  @Test func vocabularyIsTheCommittedOne() {
    // The committed weights belong to these words: a change here needs a new pretraining.
    let text = lexicon.vocabulary.joined(separator: " ")
    #expect(RandomKey(seed: 0).derived(text).bits == 17_331_706_133_060_448_818)
  }

  @Test func documentsAreAFunctionOfSeedAndNumber() {
    let again = EmbeddedCorpus(lexicon: .standard, key: RandomKey(seed: 1))
    let other = EmbeddedCorpus(lexicon: .standard, key: RandomKey(seed: 2))
    #expect((0..<200).map(corpus.document) == (0..<200).reversed().map(again.document).reversed())
    #expect((0..<200).map(corpus.document) != (0..<200).map(other.document))
    #expect(
      lexicon.text(corpus.document(0).tokens)
        == "[CLS] la fetepa tezom unes regulivo nopuzos suzate unes lavinusa kazolas lapenly . [SEP]"
    )
  }

  @Test func freeDocumentsFollowTheGrammar() {
    var pronouns = 0
    for index in 0..<3000 {
      let document = corpus.document(index)
      guard document.kind == nil else { continue }
      for sentence in Self.sentences(document) {
        #expect(GrammarReader.accepts(sentence), "\(lexicon.text(sentence))")
        pronouns += sentence[0] > EmbeddedLexicon.Token.stop ? 1 : 0
      }
      #expect(Set(document.tokens).isDisjoint(with: Self.connectors))
    }
    #expect(pronouns > 100)
  }

  @Test func pairsOpenTheirSecondSentenceWithTheConnector() throws {
    var count = 0
    for index in 0..<3000 {
      let document = corpus.document(index)
      guard let relation = document.relation else { continue }
      count += 1
      #expect(document.connectorPosition == document.secondStart)
      #expect(
        document.tokens[document.secondStart] == EmbeddedLexicon.Token.connector(relation))
      #expect(document.tokens.count { Self.connectors.contains($0) } == 1)
      #expect(document.types[document.secondStart - 1] == 0)
      #expect(document.types[document.secondStart] == 1)
    }
    #expect(abs(Double(count) / 3000 - EmbeddedCorpus.pairShare) < 0.03)
  }

  @Test func relationsAndPatternsComeInTheirShares() {
    let documents = (0..<6000).map(corpus.document).filter { $0.kind != nil }
    for relation in PairRelation.allCases {
      let share = Double(documents.count { $0.relation == relation }) / Double(documents.count)
      #expect(abs(share - 1.0 / 3) < 0.025)
    }
    for (kind, weight) in PairWriter.weights {
      let share = Double(documents.count { $0.kind == kind }) / Double(documents.count)
      #expect(abs(share - Double(weight) / 14) < 0.02)
    }
  }

  @Test func lengthsAreThoseOfTheRecipe() {
    let lengths = (0..<10_000).map { corpus.document($0).tokens.count }
    let mean = Double(lengths.reduce(0, +)) / Double(lengths.count)
    #expect(mean > 14 && mean < 17)
    #expect((lengths.max() ?? 0) <= 33)
    #expect((lengths.min() ?? 0) >= 6)
  }

  @Test(arguments: [WordNumber.singular, .plural])
  func pairsAgreeInVoiceAndNumber(number: WordNumber) {
    // "A Vt B" against "B is/are PARTICIPLE by A": the copula agrees with the patient.
    var writer = SentenceWriter(lexicon: lexicon, random: CounterRandom(RandomKey(seed: 3)))
    for _ in 0..<200 {
      writer.tokens.removeAll()
      let pair = PairWriter.sentences(kind: .voice, relation: .entailment, &writer)
      let passive =
        pair.first.contains(EmbeddedLexicon.Token.by) ? pair.first : pair.second
      let noun = passive.lazy.compactMap { EmbeddedLexicon.nounFacts(of: $0) }.first
      #expect(passive.contains(EmbeddedLexicon.Token.copula(noun?.number ?? .singular)))
    }
  }

  static let connectors = Set(PairRelation.allCases.map(EmbeddedLexicon.Token.connector))

  static func sentences(_ document: EmbeddedDocument) -> [[Int32]] {
    let first = Array(document.tokens[1..<(document.secondStart - 1)])
    guard document.secondStart < document.tokens.count else { return [first] }
    return [first, Array(document.tokens[document.secondStart...].dropLast())]
  }
}

@Suite struct QuantifierTemplateTests {
  /// A world: for each member of the class, whether it is one of the noun's and whether it does P.
  private struct World {
    let isNoun: [Bool]
    let does: [Bool]

    func holds(_ claim: QuantifierTemplate.Claim) -> Bool {
      let members = isNoun.indices.filter { claim.isHypernym || isNoun[$0] }
      func truth(_ member: Int) -> Bool { does[member] != claim.isNegated }
      return switch claim.quantifier {
      case .every: members.allSatisfy(truth)
      case .some: members.contains(where: truth)
      case .no: !members.contains(where: truth)
      }
    }
  }

  /// All worlds of four members with at least one under the noun.
  private static let worlds: [World] = (1..<16).flatMap { nouns in
    (0..<16).map { deeds in
      World(
        isNoun: (0..<4).map { nouns >> $0 & 1 == 1 }, does: (0..<4).map { deeds >> $0 & 1 == 1 })
    }
  }

  @Test(arguments: PairRelation.allCases)
  func templatesAreLogicallyRight(relation: PairRelation) {
    let templates = QuantifierTemplate.all(relation)
    #expect(templates.count == (relation == .entailment ? 9 : 10))
    for template in templates {
      let models = Self.worlds.filter { $0.holds(template.premise) }
      #expect(!models.isEmpty)
      let share = models.count { $0.holds(template.hypothesis) }
      switch relation {
      case .entailment: #expect(share == models.count)
      case .contradiction: #expect(share == 0)
      case .neutral: #expect(share > 0 && share < models.count)
      }
    }
  }
}
