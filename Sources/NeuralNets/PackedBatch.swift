/// Sequences laid end to end, so that no padding is computed, unless an adapter asks for it.
///
/// T tokens in all; sequence b is tokens offsets[b] ..< offsets[b + 1].
public struct PackedBatch: Sendable, Equatable {
  /// Vocabulary indices, T; −1 − i for the i-th row that is inserted in front of a sequence.
  public private(set) var tokens: [Int32] = []
  /// Token types (segments), T.
  public private(set) var types: [Int32] = []
  /// Rows of the position table, T.
  public private(set) var positions: [Int32] = []
  /// B + 1 token numbers, from 0 to T.
  public private(set) var offsets: [Int32] = [0]
  /// The first rows of all sequences, B: their [CLS], or the first row inserted before it.
  public private(set) var firstTokens: [Int32] = []
  /// The rows in front of each sequence that no token of its text stands for.
  public private(set) var insertedRows = 0
  /// By how much the positions of the texts moved, the inserted rows' own included.
  public private(set) var positionShift = 0
  /// The rows of each sequence before its padding, B, which are all that attention reads; nil where there
  /// is no padding.
  public private(set) var readCounts: [Int32]?

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
    insertedRows = 0
    positionShift = 0
    readCounts = nil
  }

  /// Takes the sequences of another batch in place of its own, each with rows in front of it and padding
  /// behind it; the memory is used again.
  ///
  /// Row i of a sequence has the token −1 − i and type 0, and the last of them the position before
  /// the text's first one.
  /// - Parameters:
  ///   - shift: by how much the text's positions move, at least `count`.
  ///   - padding: the token with which every sequence is made as long as the longest one, of type 0 and
  ///     with the positions that follow; nil for no padding.
  public mutating func take(
    _ other: PackedBatch, insertingRows count: Int, positionShift shift: Int,
    padding: Int32? = nil
  ) {
    precondition(
      other.positionShift == 0 && other.readCounts == nil && shift >= count,
      "PackedBatch: \(count) rows and a shift of \(shift) do not fit a batch that is shifted by"
        + " \(other.positionShift)")
    removeAll()
    insertedRows = count
    positionShift = shift
    let longest = (0..<other.sequenceCount).reduce(0) { max($0, other.length($1)) }
    if padding != nil { readCounts = [] }
    for sequence in 0..<other.sequenceCount {
      let range = Int(other.offsets[sequence])..<Int(other.offsets[sequence + 1])
      precondition(!range.isEmpty, "PackedBatch: sequence \(sequence) has no first position")
      let first = other.positions[range.lowerBound] + Int32(shift - count)
      firstTokens.append(Int32(tokens.count))
      for row in 0..<Int32(count) {
        tokens.append(-1 - row)
        types.append(0)
      }
      tokens.append(contentsOf: other.tokens[range])
      types.append(contentsOf: other.types[range])
      var rows = count + range.count
      if let padding {
        readCounts?.append(Int32(rows))
        tokens.append(contentsOf: repeatElement(padding, count: longest - range.count))
        types.append(contentsOf: repeatElement(0, count: longest - range.count))
        rows = count + longest
      }
      for index in 0..<Int32(rows) { positions.append(first + index) }
      offsets.append(Int32(tokens.count))
    }
  }

  /// The tokens with −1 − (b · P + i) for row i of P in front of sequence b.
  public var tokensOfOwnRows: [Int32] {
    var tokens = tokens
    for sequence in 0..<sequenceCount {
      for row in 0..<insertedRows {
        tokens[Int(offsets[sequence]) + row] = -1 - Int32(sequence * insertedRows + row)
      }
    }
    return tokens
  }

  /// The rows of a sequence that are tokens of its text.
  public func textRows(_ sequence: Int) -> Range<Int> {
    let first = Int(offsets[sequence])
    let count = readCounts.map { Int($0[sequence]) } ?? length(sequence)
    return (first + insertedRows)..<(first + count)
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
