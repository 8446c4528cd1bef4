public import TensorCore

/// The input of a BERT-type encoder before its norm: word + token type + position.
public final class Embeddings {
  /// [V, D].
  public let words: Parameter
  /// [token types, D].
  public let tokenTypes: Parameter
  /// [positions, D].
  public let positions: Parameter

  public init(words: Parameter, tokenTypes: Parameter, positions: Parameter) {
    self.words = words
    self.tokenTypes = tokenTypes
    self.positions = positions
  }

  /// The sums for all tokens of a batch: [T, D].
  ///
  /// - Parameter inserted: the embeddings [P, D] of the rows that the batch has in front of each
  ///   sequence, in place of those of words.
  public func callAsFunction(
    _ batch: PackedBatch, inserted: Tensor? = nil, tape: Tape
  ) -> Tensor {
    tape.embeddingSum(
      tokens: batch.tokens, types: batch.types, positions: batch.positions,
      tokenTable: tape.parameter(words), typeTable: tape.parameter(tokenTypes),
      positionTable: tape.parameter(positions), inserted: inserted)
  }
}
