internal import LinearAlgebra

/// What later words must know of a noun phrase to agree with it.
struct Referent {
  let number: WordNumber
  let gender: WordGender
  let semanticClass: Int
  /// The noun's index in the lexicon.
  let noun: Int
}

/// A place where one form agrees with its subject, and the form that would not.
struct AgreementSite {
  let position: Int
  let wrongToken: Int32
}

/// A run of words that can be put in several places of a pair of sentences.
struct Phrase {
  let tokens: [Int32]
  let referent: Referent
}

/// Writes sentences of the embedded language, one random choice after another.
///
///     S    := NP(mod) (not)[0.15] PRED (ADV)[0.5] "."
///     PRED := Vi [0.35] | Vt NP0 [0.35] | is/are ADJ [0.30]
///     NP   := DET (ADJ)[0.35] N (MOD)[mod]
///     MOD  := PREP NP0 [0.45] | that NP0 Vt [0.30] | that Vt NP0 [0.25]
///
/// NP0 is an NP without a modifier (with `nesting` > 0: with one at that probability). Verbs and
/// copulas agree in number with their subject, adjectives and articles in gender. All nouns of a
/// document come from two semantic classes; words with a valence take the document's mood with
/// probability 0.8.
struct SentenceWriter {
  static let negationProbability = 0.15
  static let adverbProbability = 0.5
  static let moodProbability = 0.8
  static let preferredVerbProbability = 0.75
  static let definiteProbability = 0.6
  static let hypernymProbability = 0.07
  /// Of the heads that may carry a modifier, and of all other noun phrases.
  static let headAdjectiveProbability = 0.35
  static let innerAdjectiveProbability = 0.2

  var random: CounterRandom
  var tokens: [Int32] = []
  var sites: [AgreementSite] = []
  private let genders: [WordGender]
  private let classes: [Int]
  private let mood: Valence

  /// Draws the document's two classes and its mood.
  init(lexicon: EmbeddedLexicon, random: CounterRandom) {
    self.random = random
    genders = lexicon.nounGenders
    let first = self.random.integer(below: EmbeddedLexicon.classCount)
    let step = 1 + self.random.integer(below: EmbeddedLexicon.classCount - 1)
    classes = [first, (first + step) % EmbeddedLexicon.classCount]
    mood = self.random.integer(below: 2) == 0 ? .negative : .positive
    tokens.reserveCapacity(48)
  }

  /// Whether an event of some probability happens.
  mutating func happens(_ probability: Double) -> Bool { random.uniform() < probability }

  mutating func append(_ token: Int32) { tokens.append(token) }

  // MARK: Sentences

  /// One sentence; its subject is returned for pronouns.
  mutating func sentence(modifier: Double, nesting: Double = 0) -> Referent {
    let subject = nounPhrase(
      adjective: Self.headAdjectiveProbability, modifier: modifier, nesting: nesting)
    clauseEnd(subject)
    return subject
  }

  /// A sentence whose subject is the pronoun of an earlier one.
  mutating func pronounSentence(_ subject: Referent) {
    append(EmbeddedLexicon.Token.pronoun(subject.number, subject.gender))
    clauseEnd(subject)
  }

  private mutating func clauseEnd(_ subject: Referent) {
    if happens(Self.negationProbability) { append(EmbeddedLexicon.Token.not) }
    predicate(subject)
    if happens(Self.adverbProbability) { adverb() }
    append(EmbeddedLexicon.Token.stop)
  }

  private mutating func predicate(_ subject: Referent) {
    let draw = random.uniform()
    if draw < 0.35 {
      appendIntransitive(verb(for: subject.semanticClass), subject.number)
    } else if draw < 0.7 {
      appendTransitive(verb(for: subject.semanticClass), subject.number)
      _ = innerNounPhrase()
    } else {
      copulaAndAdjective(subject)
    }
  }

  // MARK: Noun phrases

  /// An article, perhaps an adjective, a noun and perhaps a modifier.
  mutating func nounPhrase(adjective: Double, modifier: Double, nesting: Double) -> Referent {
    let referent = drawReferent()
    append(
      EmbeddedLexicon.Token.article(
        isDefinite: happens(Self.definiteProbability), referent.number, referent.gender))
    if happens(adjective) { append(drawAdjective(referent.gender).right) }
    append(EmbeddedLexicon.noun(referent.noun, referent.number))
    if happens(modifier) { self.modifier(of: referent, nesting: nesting) }
    return referent
  }

  /// NP0: a noun phrase inside another phrase.
  mutating func innerNounPhrase(nesting: Double = 0) -> Referent {
    nounPhrase(adjective: Self.innerAdjectiveProbability, modifier: nesting, nesting: nesting)
  }

  /// An NP0 apart from the sentence, with a head that differs from `other`.
  mutating func phrase(differingFrom other: Phrase? = nil) -> Phrase {
    while true {
      let start = tokens.count
      let siteCount = sites.count
      let referent = innerNounPhrase()
      let words = Array(tokens[start...])
      tokens.removeSubrange(start...)
      sites.removeSubrange(siteCount...)
      if referent.noun != other?.referent.noun {
        return Phrase(tokens: words, referent: referent)
      }
    }
  }

  private mutating func modifier(of head: Referent, nesting: Double) {
    let draw = random.uniform()
    if draw < 0.45 {
      append(
        EmbeddedLexicon.preposition(random.integer(below: EmbeddedLexicon.prepositionCount)))
      _ = innerNounPhrase(nesting: nesting)
    } else if draw < 0.75 {
      append(EmbeddedLexicon.Token.that)
      let subject = innerNounPhrase(nesting: nesting)
      appendTransitive(verb(for: subject.semanticClass), subject.number)
    } else {
      append(EmbeddedLexicon.Token.that)
      appendTransitive(verb(for: head.semanticClass), head.number)
      _ = innerNounPhrase(nesting: nesting)
    }
  }

  /// A noun of one of the document's classes, in a random number.
  mutating func drawReferent() -> Referent {
    let semanticClass = classes[random.integer(below: 2)]
    let isHypernym = happens(Self.hypernymProbability)
    let noun =
      isHypernym
      ? EmbeddedLexicon.hypernym(of: semanticClass) : drawMember(of: semanticClass)
    let number: WordNumber = random.integer(below: 2) == 0 ? .singular : .plural
    return Referent(
      number: number, gender: genders[noun], semanticClass: semanticClass, noun: noun)
  }

  /// One of the twelve nouns below a hypernym.
  mutating func drawMember(of semanticClass: Int) -> Int {
    EmbeddedLexicon.nounsPerClass * semanticClass
      + random.integer(below: EmbeddedLexicon.nounsPerClass - 1)
  }

  func gender(ofNoun noun: Int) -> WordGender { genders[noun] }

  // MARK: Words

  /// A verb by the subject's class and the mood; intransitive and transitive share the indices.
  mutating func verb(for semanticClass: Int) -> Int {
    let preferred = happens(Self.preferredVerbProbability) ? semanticClass : nil
    let valence = drawValence()
    while true {
      let index =
        preferred.map {
          $0 + EmbeddedLexicon.classCount
            * random.integer(below: EmbeddedLexicon.verbCount / EmbeddedLexicon.classCount)
        } ?? random.integer(below: EmbeddedLexicon.verbCount)
      if EmbeddedLexicon.verbValence(index) == valence { return index }
    }
  }

  mutating func appendIntransitive(_ verb: Int, _ number: WordNumber) {
    note(EmbeddedLexicon.intransitiveVerb(verb, number.other))
    append(EmbeddedLexicon.intransitiveVerb(verb, number))
  }

  mutating func appendTransitive(_ verb: Int, _ number: WordNumber) {
    note(EmbeddedLexicon.transitiveVerb(verb, number.other))
    append(EmbeddedLexicon.transitiveVerb(verb, number))
  }

  /// "is" or "are" and an adjective, both agreeing with the subject.
  private mutating func copulaAndAdjective(_ subject: Referent) {
    note(EmbeddedLexicon.Token.copula(subject.number.other))
    append(EmbeddedLexicon.Token.copula(subject.number))
    let adjective = drawAdjective(subject.gender)
    note(adjective.wrong)
    append(adjective.right)
  }

  /// An adjective in the gender asked for, and in the other one.
  mutating func drawAdjective(_ gender: WordGender) -> (right: Int32, wrong: Int32) {
    let other: WordGender = gender == .masculine ? .feminine : .masculine
    if happens(0.6) {
      let half = random.integer(below: EmbeddedLexicon.plainAdjectiveCount / 2)
      let index = 2 * half + (drawValence() == .positive ? 0 : 1)
      return (
        EmbeddedLexicon.plainAdjective(index, gender), EmbeddedLexicon.plainAdjective(index, other)
      )
    }
    let scale = random.integer(below: EmbeddedLexicon.scaleCount)
    let pole = drawPole()
    return (
      EmbeddedLexicon.scaleAdjective(scale, pole, gender),
      EmbeddedLexicon.scaleAdjective(scale, pole, other)
    )
  }

  mutating func drawPole() -> ScalePole {
    random.integer(below: 2) == 0 ? .positive : .negative
  }

  private mutating func adverb() {
    let half = random.integer(below: EmbeddedLexicon.adverbCount / 2)
    append(EmbeddedLexicon.adverb(2 * half + (drawValence() == .positive ? 0 : 1)))
  }

  private mutating func drawValence() -> Valence {
    happens(Self.moodProbability) ? mood : mood.other
  }

  /// Remembers the wrong form of the word that comes next.
  private mutating func note(_ wrongToken: Int32) {
    sites.append(AgreementSite(position: tokens.count, wrongToken: wrongToken))
  }
}
