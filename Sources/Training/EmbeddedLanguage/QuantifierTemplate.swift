/// A logical relation between two quantified sentences about a noun and its hypernym.
///
/// Every class is taken to have members, so that "every" implies "some".
struct QuantifierTemplate {
  enum Quantifier {
    case every
    case some
    case no

    var token: Int32 {
      switch self {
      case .every: EmbeddedLexicon.Token.every
      case .some: EmbeddedLexicon.Token.some
      case .no: EmbeddedLexicon.Token.no
      }
    }

    /// "some" takes the plural, the others the singular.
    var number: WordNumber { self == .some ? .plural : .singular }
  }

  /// One sentence: a quantifier over the noun or its hypernym, affirmed or negated.
  struct Claim {
    let quantifier: Quantifier
    let isHypernym: Bool
    let isNegated: Bool
  }

  let premise: Claim
  let hypothesis: Claim

  private init(_ premise: Claim, _ hypothesis: Claim) {
    self.premise = premise
    self.hypothesis = hypothesis
  }

  /// The templates of a relation: 9 entail, 10 contradict, 10 say nothing.
  static func all(_ relation: PairRelation) -> [QuantifierTemplate] {
    switch relation {
    case .entailment: entailments
    case .contradiction: contradictions
    case .neutral: neutrals
    }
  }

  private static func claim(
    _ quantifier: Quantifier, hypernym: Bool, negated: Bool = false
  ) -> Claim {
    Claim(quantifier: quantifier, isHypernym: hypernym, isNegated: negated)
  }

  // The corners of the square of opposition for the noun (below) and its hypernym (above).
  private static let everyNoun = claim(.every, hypernym: false)
  private static let everyAbove = claim(.every, hypernym: true)
  private static let someNoun = claim(.some, hypernym: false)
  private static let someAbove = claim(.some, hypernym: true)
  private static let noNoun = claim(.no, hypernym: false)
  private static let noAbove = claim(.no, hypernym: true)
  private static let someNounNot = claim(.some, hypernym: false, negated: true)
  private static let someAboveNot = claim(.some, hypernym: true, negated: true)

  private static let entailments = [
    QuantifierTemplate(everyAbove, everyNoun), QuantifierTemplate(noAbove, noNoun),
    QuantifierTemplate(someNoun, someAbove), QuantifierTemplate(someNounNot, someAboveNot),
    QuantifierTemplate(everyNoun, someNoun), QuantifierTemplate(everyAbove, someAbove),
    QuantifierTemplate(everyAbove, someNoun), QuantifierTemplate(noNoun, someNounNot),
    QuantifierTemplate(noAbove, someAboveNot),
  ]

  private static let contradictions = [
    QuantifierTemplate(someNoun, noNoun), QuantifierTemplate(noNoun, someNoun),
    QuantifierTemplate(someAbove, noAbove), QuantifierTemplate(noAbove, someAbove),
    QuantifierTemplate(everyNoun, someNounNot), QuantifierTemplate(someNounNot, everyNoun),
    QuantifierTemplate(everyAbove, someAboveNot), QuantifierTemplate(someAboveNot, everyAbove),
    QuantifierTemplate(noAbove, someNoun), QuantifierTemplate(everyAbove, someNounNot),
  ]

  private static let neutrals = [
    QuantifierTemplate(everyNoun, everyAbove), QuantifierTemplate(noNoun, noAbove),
    QuantifierTemplate(someAbove, someNoun), QuantifierTemplate(someAboveNot, someNounNot),
    QuantifierTemplate(someNoun, everyNoun), QuantifierTemplate(someAbove, everyAbove),
    QuantifierTemplate(someNounNot, noNoun), QuantifierTemplate(someAboveNot, noAbove),
    QuantifierTemplate(someNoun, someNounNot), QuantifierTemplate(someAbove, someAboveNot),
  ]
}
