internal import LinearAlgebra

/// Writes a pair of sentences whose second starts with the connector of their relation.
///
/// The relation is uniform; the pattern is drawn with the weights 2 : 3 : 3 : 4 : 2.
enum PairWriter {
  static let weights: [(kind: EmbeddedDocument.PairKind, weight: Int)] = [
    (.comparison, 2), (.transitivity, 3), (.voice, 3), (.quantifier, 4), (.antonym, 2),
  ]

  /// A pair of a random pattern and relation.
  static func document(_ writer: inout SentenceWriter) -> EmbeddedDocument {
    let relation =
      PairRelation(rawValue: writer.random.integer(below: PairRelation.allCases.count))
      ?? .neutral
    return document(kind: drawKind(&writer, weights), relation: relation, &writer)
  }

  /// A pattern by weight.
  static func drawKind(
    _ writer: inout SentenceWriter, _ weights: [(kind: EmbeddedDocument.PairKind, weight: Int)]
  ) -> EmbeddedDocument.PairKind {
    var ticket = writer.random.integer(below: weights.reduce(0) { $0 + $1.weight })
    for (kind, weight) in weights {
      if ticket < weight { return kind }
      ticket -= weight
    }
    return .quantifier
  }

  /// A pair of a given pattern and relation, connector included.
  static func document(
    kind: EmbeddedDocument.PairKind, relation: PairRelation, _ writer: inout SentenceWriter
  ) -> EmbeddedDocument {
    let (first, second) = sentences(kind: kind, relation: relation, &writer)
    var document = EmbeddedDocument(
      first: first, second: [EmbeddedLexicon.Token.connector(relation)] + second)
    document.connectorPosition = document.secondStart
    document.kind = kind
    document.relation = relation
    return document
  }

  /// The two sentences of a pair without a connector.
  static func sentences(
    kind: EmbeddedDocument.PairKind, relation: PairRelation, _ writer: inout SentenceWriter
  ) -> (first: [Int32], second: [Int32]) {
    switch kind {
    case .comparison: comparison(relation, &writer)
    case .transitivity: transitivity(relation, &writer)
    case .voice: voice(relation, &writer)
    case .quantifier: quantifier(relation, &writer)
    case .antonym: antonym(relation, &writer)
    }
  }

  // MARK: Comparison and transitivity

  /// "A is taller than B": the antonym with the names exchanged follows, the exchange alone
  /// contradicts, a third name or another scale leaves it open.
  private static func comparison(
    _ relation: PairRelation, _ writer: inout SentenceWriter
  ) -> (first: [Int32], second: [Int32]) {
    let names = distinctNames(&writer)
    let scale = writer.random.integer(below: EmbeddedLexicon.scaleCount)
    let pole = writer.drawPole()
    let first = compared(names[0], names[1], scale, pole)
    switch relation {
    case .entailment:
      return (first + stop, compared(names[1], names[0], scale, pole.other) + stop)
    case .contradiction:
      return (first + stop, compared(names[1], names[0], scale, pole) + stop)
    case .neutral:
      if writer.happens(0.5) {
        let left = writer.happens(0.5)
        let hypothesis = compared(
          left ? names[0] : names[2], left ? names[2] : names[1], scale, writer.drawPole())
        return (first + stop, hypothesis + stop)
      }
      let other = otherScale(scale, &writer)
      let swapped = writer.happens(0.5)
      let hypothesis = compared(
        names[swapped ? 1 : 0], names[swapped ? 0 : 1], other, writer.drawPole())
      return (first + stop, hypothesis + stop)
    }
  }

  /// A > B and B > C: A > C follows, C > A contradicts; A > B and A > C says nothing of B and C.
  ///
  /// Each comparison is phrased from either end, and the two clauses come in either order.
  private static func transitivity(
    _ relation: PairRelation, _ writer: inout SentenceWriter
  ) -> (first: [Int32], second: [Int32]) {
    let names = distinctNames(&writer)
    let scale = writer.random.integer(below: EmbeddedLexicon.scaleCount)
    func phrased(_ larger: Int, _ smaller: Int) -> [Int32] {
      writer.happens(0.5)
        ? compared(names[larger], names[smaller], scale, .positive)
        : compared(names[smaller], names[larger], scale, .negative)
    }
    var clauses = [phrased(0, 1), relation == .neutral ? phrased(0, 2) : phrased(1, 2)]
    if writer.happens(0.5) { clauses.swapAt(0, 1) }
    let premise = clauses[0] + [EmbeddedLexicon.Token.and] + clauses[1] + stop
    switch relation {
    case .entailment: return (premise, phrased(0, 2) + stop)
    case .contradiction: return (premise, phrased(2, 0) + stop)
    case .neutral:
      let hypothesis = writer.happens(0.5) ? phrased(1, 2) : phrased(2, 1)
      return (premise, hypothesis + stop)
    }
  }

  private static let stop = [EmbeddedLexicon.Token.stop]

  /// "A is taller than B" without the stop.
  private static func compared(
    _ left: Int, _ right: Int, _ scale: Int, _ pole: ScalePole
  ) -> [Int32] {
    [
      EmbeddedLexicon.name(left), EmbeddedLexicon.Token.copula(.singular),
      EmbeddedLexicon.comparative(scale, pole), EmbeddedLexicon.Token.than,
      EmbeddedLexicon.name(right),
    ]
  }

  private static func distinctNames(_ writer: inout SentenceWriter) -> [Int] {
    var names: [Int] = []
    while names.count < 3 {
      let name = writer.random.integer(below: EmbeddedLexicon.nameCount)
      if !names.contains(name) { names.append(name) }
    }
    return names
  }

  private static func otherScale(_ scale: Int, _ writer: inout SentenceWriter) -> Int {
    let step = 1 + writer.random.integer(below: EmbeddedLexicon.scaleCount - 1)
    return (scale + step) % EmbeddedLexicon.scaleCount
  }

  // MARK: Voice and negation

  /// Active against passive: the same roles follow, one negation contradicts, exchanged roles
  /// leave it open.
  private static func voice(
    _ relation: PairRelation, _ writer: inout SentenceWriter
  ) -> (first: [Int32], second: [Int32]) {
    let agent = writer.phrase()
    let patient = writer.phrase(differingFrom: agent)
    let verb = writer.verb(for: agent.referent.semanticClass)
    let isActiveFirst = writer.happens(0.5)
    let isNegated = writer.happens(0.5)
    let first = clause(agent, verb, patient, isActive: isActiveFirst, isNegated: isNegated)
    let isExchanged = relation == .neutral
    let second = clause(
      isExchanged ? patient : agent, verb, isExchanged ? agent : patient,
      isActive: !isActiveFirst, isNegated: relation == .contradiction ? !isNegated : isNegated)
    return (first, second)
  }

  /// One sentence about who does what to whom.
  ///
  /// Active: AGENT (not) Vt PATIENT; passive: PATIENT (not) is/are PARTICIPLE by AGENT.
  private static func clause(
    _ agent: Phrase, _ verb: Int, _ patient: Phrase, isActive: Bool, isNegated: Bool
  ) -> [Int32] {
    let negation = isNegated ? [EmbeddedLexicon.Token.not] : []
    if isActive {
      let verbToken = EmbeddedLexicon.transitiveVerb(verb, agent.referent.number)
      return agent.tokens + negation + [verbToken] + patient.tokens + stop
    }
    let passive = [
      EmbeddedLexicon.Token.copula(patient.referent.number), EmbeddedLexicon.participle(verb),
      EmbeddedLexicon.Token.by,
    ]
    return patient.tokens + negation + passive + agent.tokens + stop
  }

  // MARK: Quantifiers

  private static func quantifier(
    _ relation: PairRelation, _ writer: inout SentenceWriter
  ) -> (first: [Int32], second: [Int32]) {
    let templates = QuantifierTemplate.all(relation)
    let template = templates[writer.random.integer(below: templates.count)]
    let semanticClass = writer.drawReferent().semanticClass
    let noun = writer.drawMember(of: semanticClass)
    let predicate = SharedPredicate(semanticClass: semanticClass, &writer)
    func sentence(_ claim: QuantifierTemplate.Claim) -> [Int32] {
      let subject = claim.isHypernym ? EmbeddedLexicon.hypernym(of: semanticClass) : noun
      let number = claim.quantifier.number
      return [claim.quantifier.token, EmbeddedLexicon.noun(subject, number)]
        + (claim.isNegated ? [EmbeddedLexicon.Token.not] : [])
        + predicate.tokens(number, writer.gender(ofNoun: subject)) + stop
    }
    return (sentence(template.premise), sentence(template.hypothesis))
  }

  // MARK: Antonyms

  /// "NP is tall": "not short" follows, "short" and "not tall" contradict, another scale is open.
  private static func antonym(
    _ relation: PairRelation, _ writer: inout SentenceWriter
  ) -> (first: [Int32], second: [Int32]) {
    let subject = writer.phrase()
    let scale = writer.random.integer(below: EmbeddedLexicon.scaleCount)
    let pole = writer.drawPole()
    func clause(_ scale: Int, _ pole: ScalePole, isNegated: Bool) -> [Int32] {
      subject.tokens + (isNegated ? [EmbeddedLexicon.Token.not] : []) + [
        EmbeddedLexicon.Token.copula(subject.referent.number),
        EmbeddedLexicon.scaleAdjective(scale, pole, subject.referent.gender),
      ] + stop
    }
    switch relation {
    case .entailment:
      return (
        clause(scale, pole, isNegated: false), clause(scale, pole.other, isNegated: true)
      )
    case .contradiction:
      if writer.happens(0.5) {
        return (
          clause(scale, pole, isNegated: false), clause(scale, pole.other, isNegated: false)
        )
      }
      let isNegatedFirst = writer.happens(0.5)
      return (
        clause(scale, pole, isNegated: isNegatedFirst),
        clause(scale, pole, isNegated: !isNegatedFirst)
      )
    case .neutral:
      let other = otherScale(scale, &writer)
      let first = clause(scale, pole, isNegated: writer.happens(0.25))
      return (first, clause(other, writer.drawPole(), isNegated: writer.happens(0.5)))
    }
  }
}
