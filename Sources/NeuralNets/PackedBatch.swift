/// Sequences laid end to end, so that no padding is ever computed.
///
/// T tokens in all; sequence b is tokens offsets[b] ..< offsets[b + 1].
public struct PackedBatch: Sendable, Equatable {
  /// Vocabulary indices, T.
  public let tokens: [Int32]
  /// Token types (segments), T.
  public let types: [Int32]
  /// Rows of the position table, T.
  public let positions: [Int32]
  /// B + 1 token numbers, from 0 to T.
  public let offsets: [Int32]

  /// Packs sequences in order.
  ///
  /// - Parameter firstPosition: the position of a first token: 0 in BERT, 2 in RoBERTa.
  public init(sequences: [(ids: [Int32], types: [Int32])], firstPosition: Int32 = 0) {
    var tokens: [Int32] = []
    var types: [Int32] = []
    var positions: [Int32] = []
    var offsets: [Int32] = [0]
    for (index, sequence) in sequences.enumerated() {
      precondition(
        sequence.ids.count == sequence.types.count,
        "PackedBatch: sequence \(index) has \(sequence.ids.count) ids and"
          + " \(sequence.types.count) types")
      tokens += sequence.ids
      types += sequence.types
      positions += (0..<Int32(sequence.ids.count)).map { $0 + firstPosition }
      offsets.append(Int32(tokens.count))
    }
    self.tokens = tokens
    self.types = types
    self.positions = positions
    self.offsets = offsets
  }

  /// B.
  public var sequenceCount: Int { offsets.count - 1 }
  /// T.
  public var tokenCount: Int { tokens.count }
  /// The rows of the first tokens ([CLS]) of all sequences, B.
  public var firstTokens: [Int32] { Array(offsets.dropLast()) }
  /// The number of tokens of a sequence.
  public func length(_ sequence: Int) -> Int {
    Int(offsets[sequence + 1] - offsets[sequence])
  }
}
