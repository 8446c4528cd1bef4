@testable import Training

/// An independent reader of the embedded language: it knows words by their spelling class only
/// and accepts a sentence exactly where every form agrees.
struct GrammarReader {
  private let words: [Int32]
  private var position = 0

  private struct Head {
    let number: WordNumber
    let gender: WordGender
  }

  private init(_ words: [Int32]) {
    self.words = words
  }

  /// Whether the words are one sentence of the grammar with all agreements right.
  static func accepts(_ words: [Int32]) -> Bool {
    var reader = GrammarReader(words)
    return reader.sentence() && reader.position == words.count
  }

  private typealias Block = EmbeddedLexicon.Block

  private mutating func take(_ range: Range<Int>) -> Int? {
    guard position < words.count, range.contains(Int(words[position])) else { return nil }
    position += 1
    return Int(words[position - 1])
  }

  private mutating func take(_ text: String) -> Bool {
    guard position < words.count,
      EmbeddedLexicon.standard.vocabulary[Int(words[position])] == text
    else { return false }
    position += 1
    return true
  }

  private mutating func sentence() -> Bool {
    let subject: Head
    if take("they") {
      // Gender of "they" is not visible: adjectives of both are accepted.
      if clause(Head(number: .plural, gender: .masculine)) { return true }
      position = 1
      return clause(Head(number: .plural, gender: .feminine))
    } else if take("he") {
      subject = Head(number: .singular, gender: .masculine)
    } else if take("she") {
      subject = Head(number: .singular, gender: .feminine)
    } else if let phrase = nounPhrase() {
      subject = phrase
    } else {
      return false
    }
    return clause(subject)
  }

  private mutating func clause(_ subject: Head) -> Bool {
    _ = take("not")
    if let verb = take(Block.intransitiveVerb..<Block.transitiveVerb) {
      guard (verb - Block.intransitiveVerb) % 2 == subject.number.rawValue else { return false }
    } else if let verb = take(Block.transitiveVerb..<Block.adverb) {
      guard (verb - Block.transitiveVerb) % 3 == subject.number.rawValue, nounPhrase() != nil
      else { return false }
    } else {
      guard take(subject.number == .singular ? "is" : "are"), adjective() == subject.gender
      else { return false }
    }
    _ = take(Block.adverb..<Block.preposition)
    return take(".")
  }

  private mutating func adjective() -> WordGender? {
    if let word = take(Block.plainAdjective..<Block.intransitiveVerb) {
      return WordGender(rawValue: (word - Block.plainAdjective) % 2)
    }
    guard let word = take(Block.scale..<Block.plainAdjective) else { return nil }
    let form = (word - Block.scale) % 6
    return form < 4 ? WordGender(rawValue: form % 2) : nil
  }

  private mutating func nounPhrase() -> Head? {
    guard position < words.count else { return nil }
    let article = EmbeddedLexicon.standard.vocabulary[Int(words[position])]
    guard ["lo", "la", "les", "un", "una", "unes"].contains(article) else { return nil }
    position += 1
    let hasAdjective = position < words.count && Int(words[position]) >= Block.scale
    let adjectiveGender = hasAdjective ? adjective() : nil
    guard let noun = take(Block.noun..<Block.name) else { return nil }
    let head = Head(
      number: (noun - Block.noun) % 2 == 0 ? .singular : .plural,
      gender: EmbeddedLexicon.standard.nounGenders[(noun - Block.noun) / 2])
    if hasAdjective, adjectiveGender != head.gender { return nil }
    let expected =
      head.number == .plural
      ? ["les", "unes"] : head.gender == .masculine ? ["lo", "un"] : ["la", "una"]
    guard expected.contains(article) else { return nil }
    return modifier(of: head) ? head : nil
  }

  private mutating func modifier(of head: Head) -> Bool {
    if take(Block.preposition..<Block.function) != nil { return nounPhrase() != nil }
    guard take("that") else { return true }
    if let verb = take(Block.transitiveVerb..<Block.adverb) {
      return (verb - Block.transitiveVerb) % 3 == head.number.rawValue && nounPhrase() != nil
    }
    guard let subject = nounPhrase(), let verb = take(Block.transitiveVerb..<Block.adverb)
    else { return false }
    return (verb - Block.transitiveVerb) % 3 == subject.number.rawValue
  }
}
