internal import LinearAlgebra

/// The closed vocabulary of the embedded language: 514 word-level tokens and what they mean.
///
/// Token numbers are laid out in blocks, in the order of `EmbeddedLexicon.Block`; inside a block
/// the forms of one stem are neighbours, so that a form is arithmetic on its first number. All
/// content words are invented: two consonant-vowel syllables and a final consonant drawn from a
/// seeded generator, with endings that show number and gender to a reader. The attributes of a
/// stem (class, gender, valence) follow from its index, gender of nouns from the seed.
///
/// Words are lower case and free of punctuation, so that a WordPiece tokenizer over `vocabulary`
/// gives back exactly the tokens of a text written with spaces between its words.
public struct EmbeddedLexicon: Sendable {
  /// The lexicon of the committed backbone; another seed would be another language.
  public static let standard = EmbeddedLexicon(seed: 1)

  /// All words by token number, special tokens first.
  public let vocabulary: [String]
  let nounGenders: [WordGender]

  /// Draws the stems of a language.
  ///
  /// - Parameter seed: selects the stems and the genders of the nouns.
  public init(seed: UInt64) {
    let key = RandomKey(seed: seed).derived("embedded-lexicon")
    var genders = CounterRandom(key.derived("noun-genders"))
    nounGenders = (0..<Self.nounCount).map { _ in
      genders.integer(below: 2) == 0 ? .masculine : .feminine
    }
    var stems = StemSource(random: CounterRandom(key.derived("stems")), taken: Self.closedWords)
    vocabulary = Self.words(stems: &stems, genders: nounGenders)
  }

  /// The words of some tokens, separated by spaces.
  public func text(_ tokens: some Sequence<Int32>) -> String {
    tokens.map { vocabulary[Int($0)] }.joined(separator: " ")
  }
}

/// Grammatical gender; adjectives and articles agree with their noun.
enum WordGender: Int, Sendable {
  case masculine
  case feminine
}

/// Grammatical number; verbs agree with their subject.
enum WordNumber: Int, Sendable {
  case singular
  case plural

  var other: WordNumber { self == .singular ? .plural : .singular }
}

/// The mood that a word carries.
enum Valence: Int, Sendable {
  case negative
  case positive

  var sign: Int { self == .positive ? 1 : -1 }
  var other: Valence { self == .positive ? .negative : .positive }
}

/// One of the two ends of a scale of comparison.
enum ScalePole: Int, Sendable {
  case positive
  case negative

  var other: ScalePole { self == .positive ? .negative : .positive }
}

/// The three logical relations between the sentences of a pair; a connector word names each.
public enum PairRelation: Int, Sendable, CaseIterable {
  case entailment
  case contradiction
  case neutral

  /// The word that opens the second sentence of a pair.
  public var connector: String {
    switch self {
    case .entailment: "therefore"
    case .contradiction: "contrary"
    case .neutral: "unrelated"
    }
  }
}
