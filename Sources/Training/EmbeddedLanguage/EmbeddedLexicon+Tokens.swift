/// Where the forms of each word stand among the token numbers.
extension EmbeddedLexicon {
  static let classCount = 8
  /// Twelve members and, last, their hypernym.
  static let nounsPerClass = 13
  static let nounCount = classCount * nounsPerClass
  static let nameCount = 32
  static let scaleCount = 12
  static let plainAdjectiveCount = 16
  static let verbCount = 24
  static let adverbCount = 16
  static let prepositionCount = 6

  /// The first token number of each kind of word.
  enum Block {
    static let special = 0
    static let noun = 5
    static let name = noun + 2 * nounCount
    static let scale = name + nameCount
    static let plainAdjective = scale + 6 * scaleCount
    static let intransitiveVerb = plainAdjective + 2 * plainAdjectiveCount
    static let transitiveVerb = intransitiveVerb + 2 * verbCount
    static let adverb = transitiveVerb + 3 * verbCount
    static let preposition = adverb + adverbCount
    static let function = preposition + prepositionCount
  }

  static let specialWords = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
  static let functionWords = [
    "lo", "la", "les", "un", "una", "unes", "every", "some", "no", "that", "not", "is", "are",
    "by", "than", "and", ".", "therefore", "contrary", "unrelated", "he", "she", "they",
  ]
  static let closedWords = Set(specialWords + functionWords)

  /// The special tokens and function words with a fixed number.
  enum Token {
    static let pad: Int32 = 0
    static let unknown: Int32 = 1
    static let start: Int32 = 2
    static let separator: Int32 = 3
    static let mask: Int32 = 4
    static let every = function(6)
    static let some = function(7)
    static let no = function(8)
    static let that = function(9)
    static let not = function(10)
    static let by = function(13)
    static let than = function(14)
    static let and = function(15)
    static let stop = function(16)
    static let they = function(22)

    static func article(isDefinite: Bool, _ number: WordNumber, _ gender: WordGender) -> Int32 {
      function((isDefinite ? 0 : 3) + (number == .plural ? 2 : gender.rawValue))
    }
    static func copula(_ number: WordNumber) -> Int32 { function(11 + number.rawValue) }
    static func connector(_ relation: PairRelation) -> Int32 { function(17 + relation.rawValue) }
    static func pronoun(_ number: WordNumber, _ gender: WordGender) -> Int32 {
      number == .plural ? they : function(20 + gender.rawValue)
    }
    private static func function(_ index: Int) -> Int32 { Int32(Block.function + index) }
  }

  static func noun(_ index: Int, _ number: WordNumber) -> Int32 {
    Int32(Block.noun + 2 * index + number.rawValue)
  }
  static func name(_ index: Int) -> Int32 { Int32(Block.name + index) }
  static func scaleAdjective(_ scale: Int, _ pole: ScalePole, _ gender: WordGender) -> Int32 {
    Int32(Block.scale + 6 * scale + 2 * pole.rawValue + gender.rawValue)
  }
  static func comparative(_ scale: Int, _ pole: ScalePole) -> Int32 {
    Int32(Block.scale + 6 * scale + 4 + pole.rawValue)
  }
  static func plainAdjective(_ index: Int, _ gender: WordGender) -> Int32 {
    Int32(Block.plainAdjective + 2 * index + gender.rawValue)
  }
  static func intransitiveVerb(_ index: Int, _ number: WordNumber) -> Int32 {
    Int32(Block.intransitiveVerb + 2 * index + number.rawValue)
  }
  static func transitiveVerb(_ index: Int, _ number: WordNumber) -> Int32 {
    Int32(Block.transitiveVerb + 3 * index + number.rawValue)
  }
  static func participle(_ index: Int) -> Int32 { Int32(Block.transitiveVerb + 3 * index + 2) }
  static func adverb(_ index: Int) -> Int32 { Int32(Block.adverb + index) }
  static func preposition(_ index: Int) -> Int32 { Int32(Block.preposition + index) }

  /// The hypernym of a noun's class.
  static func hypernym(of semanticClass: Int) -> Int {
    nounsPerClass * semanticClass + nounsPerClass - 1
  }

  /// Adjectives and adverbs alternate between the two valences.
  static func alternatingValence(_ index: Int) -> Valence {
    index.isMultiple(of: 2) ? .positive : .negative
  }

  /// Verbs i, i + 8 and i + 16 prefer subjects of class i; their valences alternate.
  static func verbValence(_ index: Int) -> Valence {
    (index + index / classCount).isMultiple(of: 2) ? .positive : .negative
  }

  /// What a token says about mood; nil for words without a valence.
  static func valence(of token: Int32) -> Valence? {
    let number = Int(token)
    switch number {
    case Block.plainAdjective..<Block.intransitiveVerb:
      return alternatingValence((number - Block.plainAdjective) / 2)
    case Block.intransitiveVerb..<Block.transitiveVerb:
      return verbValence((number - Block.intransitiveVerb) / 2)
    case Block.transitiveVerb..<Block.adverb:
      return verbValence((number - Block.transitiveVerb) / 3)
    case Block.adverb..<Block.preposition:
      return alternatingValence(number - Block.adverb)
    default:
      return nil
    }
  }

  /// Whether a token is an adjective without a scale.
  static func isAdjective(_ token: Int32) -> Bool {
    (Block.plainAdjective..<Block.intransitiveVerb).contains(Int(token))
  }

  /// Class and number of a noun token; nil for other words.
  static func nounFacts(of token: Int32) -> (semanticClass: Int, number: WordNumber)? {
    let offset = Int(token) - Block.noun
    guard offset >= 0, offset < 2 * nounCount else { return nil }
    return (offset / 2 / nounsPerClass, offset.isMultiple(of: 2) ? .singular : .plural)
  }

  /// Whether a token carries content: nouns, names, adjectives, verbs and adverbs do.
  static func isContent(_ token: Int32) -> Bool {
    Int(token) >= Block.noun && Int(token) < Block.preposition
  }
}
