public import LinearAlgebra

/// One document of the embedded language: one or two sentences with their special tokens.
public struct EmbeddedDocument: Sendable, Equatable {
  /// The five patterns of sentence pairs whose relation is decided by logic.
  public enum PairKind: Int, Sendable, CaseIterable {
    case comparison
    case transitivity
    case voice
    case quantifier
    case antonym
  }

  /// `[CLS] A [SEP]` or `[CLS] A [SEP] B [SEP]`.
  public internal(set) var tokens: [Int32]
  /// The position of the first token of the second sentence, the start of type 1; equals the
  /// number of tokens where there is none.
  public internal(set) var secondStart: Int
  /// Where the connector stands in a pair; nil in a free document.
  public internal(set) var connectorPosition: Int?
  /// The pattern of a pair; nil in a free document.
  public internal(set) var kind: PairKind?
  /// The relation of a pair; nil in a free document.
  public internal(set) var relation: PairRelation?

  /// Token types: 0 in the first sentence and its separator, 1 in the second.
  public var types: [Int32] {
    tokens.indices.map { $0 < secondStart ? 0 : 1 }
  }

  /// Puts sentences between special tokens.
  init(first: [Int32], second: [Int32]?) {
    tokens = [EmbeddedLexicon.Token.start] + first + [EmbeddedLexicon.Token.separator]
    secondStart = tokens.count
    if let second { tokens += second + [EmbeddedLexicon.Token.separator] }
  }
}

/// The text of the embedded language: document n is a pure function of the seed and n.
///
/// A document is a pair with probability `pairShare`, else free: one sentence, or two of which the
/// second goes on about the first's subject with a pronoun (0.4) or starts anew. Mean length is
/// about 15 tokens, at most 33.
public struct EmbeddedCorpus: Sendable {
  /// The share of sentence pairs that suited pretraining best in trials (0.60 to 0.65).
  public static let pairShare = 0.65
  static let firstModifierProbability = 0.45
  static let secondModifierProbability = 0.2

  let lexicon: EmbeddedLexicon
  private let key: RandomKey

  /// The documents of one stream.
  ///
  /// - Parameters:
  ///   - lexicon: the words.
  ///   - key: names the stream; different keys give independent texts.
  public init(lexicon: EmbeddedLexicon, key: RandomKey) {
    self.lexicon = lexicon
    self.key = key
  }

  /// Document `index` of the stream.
  public func document(_ index: Int) -> EmbeddedDocument {
    var writer = SentenceWriter(lexicon: lexicon, random: CounterRandom(key.derived(index)))
    if writer.happens(Self.pairShare) {
      return PairWriter.document(&writer)
    }
    return Self.freeDocument(&writer)
  }

  /// One or two sentences without a logical relation.
  static func freeDocument(_ writer: inout SentenceWriter) -> EmbeddedDocument {
    let subject = writer.sentence(modifier: firstModifierProbability)
    guard writer.happens(0.5) else {
      return EmbeddedDocument(first: writer.tokens, second: nil)
    }
    let first = writer.tokens
    writer.tokens.removeAll(keepingCapacity: true)
    if writer.happens(0.4) {
      writer.pronounSentence(subject)
    } else {
      _ = writer.sentence(modifier: secondModifierProbability)
    }
    return EmbeddedDocument(first: first, second: writer.tokens)
  }
}
