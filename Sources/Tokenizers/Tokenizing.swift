/// Token numbers of one text or a pair, special tokens included.
public struct Encoding: Sendable, Hashable {
  /// Token numbers [T].
  public let ids: [Int32]
  /// Segment of each token [T]: 0 for the first text, 1 for the second.
  public let types: [Int32]
  /// Whether tokens were cut off.
  public let isTruncated: Bool
}

/// What turns texts into token numbers.
public protocol Tokenizing: Sendable {
  /// Rows that an embedding table needs: one more than the highest number.
  var vocabularySize: Int { get }
  var specialTokens: SpecialTokens { get }
  /// Special tokens that are set around one text, or around a pair.
  func specialTokenCount(isPair: Bool) -> Int
  /// Encodes a text or a pair.
  ///
  /// - Parameter maximumLength: the most tokens that may come out, special ones included; at least
  ///   `specialTokenCount`.
  func encode(_ text: String, pair: String?, maximumLength: Int) -> Encoding
}

/// The numbers of the tokens with a meaning of their own.
public struct SpecialTokens: Sendable, Hashable {
  /// For what the vocabulary does not cover.
  public let unknown: Int32
  /// Stands first; its hidden state is what a classifier reads.
  public let classification: Int32
  /// Ends each text.
  public let separator: Int32
  public let padding: Int32?
  /// Hides a token in pretraining.
  public let mask: Int32?
}

/// Whether letters become small before the vocabulary is asked.
public enum Casing: String, Codable, Sendable, Hashable, CaseIterable {
  case cased
  case uncased
}
