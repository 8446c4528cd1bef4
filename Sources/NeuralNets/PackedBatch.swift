/// Sequences laid end to end, so that no padding is ever computed.
///
/// T tokens in all; sequence b is tokens offsets[b] ..< offsets[b + 1].
public struct PackedBatch: Sendable, Equatable {
  /// Vocabulary indices, T.
  public private(set) var tokens: [Int32] = []
  /// Token types (segments), T.
  public private(set) var types: [Int32] = []
  /// Rows of the position table, T.
  public private(set) var positions: [Int32] = []
  /// B + 1 token numbers, from 0 to T.
  public private(set) var offsets: [Int32] = [0]
  /// The rows of the first tokens ([CLS]) of all sequences, B.
  public private(set) var firstTokens: [Int32] = []

  /// A batch of no sequences, to be filled by `append`.
  public init() {}

  /// Packs sequences in order.
  ///
  /// - Parameter firstPosition: the position of a first token: 0 in BERT, 2 in RoBERTa.
  public init(sequences: [(ids: [Int32], types: [Int32])], firstPosition: Int32 = 0) {
    for sequence in sequences {
      append(sequence.ids[...], types: sequence.types[...], firstPosition: firstPosition)
    }
  }

  /// Adds one sequence behind the others.
  ///
  /// - Parameter firstPosition: the position of its first token: 0 in BERT, 2 in RoBERTa.
  public mutating func append(
    _ ids: ArraySlice<Int32>, types sequenceTypes: ArraySlice<Int32>, firstPosition: Int32 = 0
  ) {
    precondition(
      ids.count == sequenceTypes.count,
      "PackedBatch: sequence \(sequenceCount) has \(ids.count) ids and"
        + " \(sequenceTypes.count) types")
    firstTokens.append(Int32(tokens.count))
    tokens.append(contentsOf: ids)
    types.append(contentsOf: sequenceTypes)
    for index in 0..<Int32(ids.count) { positions.append(index + firstPosition) }
    offsets.append(Int32(tokens.count))
  }

  /// Takes all sequences out; the memory is kept for the next ones.
  public mutating func removeAll() {
    tokens.removeAll(keepingCapacity: true)
    types.removeAll(keepingCapacity: true)
    positions.removeAll(keepingCapacity: true)
    firstTokens.removeAll(keepingCapacity: true)
    offsets.removeAll(keepingCapacity: true)
    offsets.append(0)
  }

  /// B.
  public var sequenceCount: Int { offsets.count - 1 }
  /// T.
  public var tokenCount: Int { tokens.count }
  /// The number of tokens of a sequence.
  public func length(_ sequence: Int) -> Int {
    Int(offsets[sequence + 1] - offsets[sequence])
  }
}
