internal import LinearAlgebra

/// A predicate that two sentences share, in the form that each subject asks for.
struct SharedPredicate {
  private enum Form {
    case intransitive(Int)
    case transitive(Int, object: [Int32])
    /// The adjective in the masculine and the feminine form.
    case adjective(Int32, Int32)
  }

  private let form: Form

  /// Draws Vi, Vt NP0, or copula and adjective, as in a free sentence.
  init(semanticClass: Int, _ writer: inout SentenceWriter) {
    let draw = writer.random.uniform()
    if draw < 0.35 {
      form = .intransitive(writer.verb(for: semanticClass))
    } else if draw < 0.7 {
      form = .transitive(writer.verb(for: semanticClass), object: writer.phrase().tokens)
    } else {
      let adjective = writer.drawAdjective(.masculine)
      form = .adjective(adjective.right, adjective.wrong)
    }
  }

  /// The words for a subject of some number and gender.
  func tokens(_ number: WordNumber, _ gender: WordGender) -> [Int32] {
    switch form {
    case .intransitive(let verb):
      [EmbeddedLexicon.intransitiveVerb(verb, number)]
    case .transitive(let verb, let object):
      [EmbeddedLexicon.transitiveVerb(verb, number)] + object
    case .adjective(let masculine, let feminine):
      [EmbeddedLexicon.Token.copula(number), gender == .masculine ? masculine : feminine]
    }
  }
}
