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
  /// - Parameter inserted: the embeddings of the rows that the batch has in front of each sequence, in
  ///   place of those of words: [P, D] for all sequences, or [B·P, D], P of each one's own.
  public func callAsFunction(
    _ batch: PackedBatch, inserted: Tensor? = nil, tape: Tape
  ) -> Tensor {
    let isShared = inserted.map { $0.rows == batch.insertedRows } ?? true
    return tape.embeddingSum(
      tokens: isShared ? batch.tokens : batch.tokensOfOwnRows, types: batch.types,
      positions: batch.positions,
      tokenTable: tape.parameter(words), typeTable: tape.parameter(tokenTypes),
      positionTable: tape.parameter(positions), inserted: inserted)
  }

  /// The mean of each text's word embeddings, without inserted rows and padding: [B, D].
  public func wordMeans(_ batch: PackedBatch, tape: Tape) -> Tensor {
    var offsets: [Int32] = [0]
    var tokens: [Int32] = []
    for sequence in 0..<batch.sequenceCount {
      tokens += batch.tokens[batch.textRows(sequence)]
      offsets.append(Int32(tokens.count))
    }
    let rows = tape.gatherRows(tape.parameter(words), rows: tokens)
    return tape.sequenceMeans(rows, offsets: offsets)
  }
}
