import Testing

@testable import Training

@Suite struct EmbeddedLanguageTaskTests {
  static let small = EmbeddedSizes(training: 300, validation: 200, test: 200)

  private static func tokens(_ text: String) -> [Int32] {
    let index = Dictionary(
      uniqueKeysWithValues: zip(EmbeddedLexicon.standard.vocabulary, Int32(0)...))
    return text.split(separator: " ").compactMap { index[String($0)] }
  }

  private static func all(_ splits: EmbeddedSplits) -> [EmbeddedExample] {
    splits.training + splits.validation + splits.test
  }

  @Test(arguments: EmbeddedTask.allCases)
  func splitsAreDisjointAndDeterministic(task: EmbeddedTask) {
    let splits = task.splits(Self.small)
    #expect(splits.training.count == 300)
    #expect(splits.validation.count == 200)
    #expect(splits.test.count == 200)
    let texts = Self.all(splits).map { "\($0.text)\t\($0.pair ?? "")" }
    #expect(Set(texts).count == texts.count)
    let again = task.splits(Self.small)
    #expect(splits.training == again.training && splits.test == again.test)
    #expect(task.splits(Self.small, seed: 1).training != splits.training)
  }

  @Test(arguments: EmbeddedTask.allCases)
  func smallerSplitsAreTheBeginningOfLargerOnes(task: EmbeddedTask) {
    let large = task.splits(Self.small)
    let fewer = task.splits(EmbeddedSizes(training: 100, validation: 50, test: 200))
    #expect(Array(large.training.prefix(100)) == fewer.training)
    #expect(Array(large.validation.prefix(50)) == fewer.validation)
    #expect(large.test == fewer.test)
  }

  @Test(arguments: EmbeddedTask.allCases)
  func classesAreBalancedInEveryPrefix(task: EmbeddedTask) {
    guard let labels = task.labels else { return }
    let training = task.splits(Self.small).training
    for count in [30, 60, 300] {
      for label in labels.indices {
        #expect(
          training.prefix(count).count { $0.label == .category(label) } == count / labels.count)
      }
    }
  }

  @Test(arguments: EmbeddedTask.allCases)
  func textsAreWordsOfTheVocabulary(task: EmbeddedTask) {
    for example in Self.all(task.splits(Self.small)) {
      let texts = [example.text, example.pair].compactMap { $0 }
      let lengths = texts.map { Self.tokens($0).count }
      #expect(lengths == texts.map { $0.split(separator: " ").count })
      #expect(texts.map { EmbeddedLexicon.standard.text(Self.tokens($0)) } == texts)
      #expect(lengths.reduce(1, +) + lengths.count <= 48)
      #expect(task.isPair ? example.pair != nil : true)
    }
  }

  @Test func agreementLabelsSayWhetherTheSentenceIsRight() {
    for example in Self.all(EmbeddedTask.agr2.splits(Self.small)) {
      let isRight = GrammarReader.accepts(Self.tokens(example.text))
      #expect(example.label == .category(isRight ? 1 : 0), "\(example.text)")
      #expect(example.text.split(separator: " ").count <= 28)
    }
  }

  @Test func inferencePairsCarryNoConnector() {
    for example in Self.all(EmbeddedTask.nli2.splits(Self.small)) {
      let words = Set(Self.tokens(example.text) + Self.tokens(example.pair ?? ""))
      #expect(words.isDisjoint(with: EmbeddedLanguageTests.connectors))
    }
  }

  @Test func valenceLabelsAreTheSignOfTheBalance() {
    var sameAsPlainSum = 0
    let examples = Self.all(EmbeddedTask.lex.splits(Self.small))
    for example in examples {
      let words = Self.tokens(example.text + " " + (example.pair ?? ""))
      let signs = words.compactMap { word in
        EmbeddedLexicon.valence(of: word).map { (isAdjective: (317..<349) ~= word, $0.sign) }
      }
      #expect(signs.count >= 3)
      let balance = signs.reduce(0) { $0 + ($1.isAdjective ? -$1.1 : $1.1) }
      #expect(example.label == .category(balance > 0 ? 1 : 0))
      sameAsPlainSum += signs.reduce(0) { $0 + $1.1 } * balance > 0 ? 1 : 0
    }
    // The mood of a document alone must not give the answer away.
    #expect(Double(sameAsPlainSum) / Double(examples.count) < 0.85)
  }

  @Test func valueScoresAreRecomputedFromTheNouns() {
    let weights = [-3.0, 2, -1, 3, 1, -2, 4, -4]
    var sum = 0.0
    var squares = 0.0
    let examples = Self.all(EmbeddedTask.val.splits(Self.small))
    for example in examples {
      var expected = 0.0
      for token in Self.tokens(example.text + " " + (example.pair ?? "")) where token < 213 {
        let offset = Int(token) - 5
        expected += weights[offset / 26] * (offset % 2 == 0 ? 1 : 2.5)
      }
      #expect(example.label == .score(expected / 10))
      sum += expected / 10
      squares += expected * expected / 100
    }
    let mean = sum / Double(examples.count)
    let deviation = (squares / Double(examples.count) - mean * mean).squareRoot()
    #expect(deviation > 0.8 && deviation < 1.25)
  }
}
