import LinearAlgebra
import TensorCore
import Testing

@Suite struct AttentionTests {
  struct Case: CustomStringConvertible, Sendable {
    let lengths: [Int]
    let heads: Int
    let headWidth: Int
    let prefix: Int
    var dropout: Float = 0

    var description: String {
      "lengths \(lengths), \(heads) heads of \(headWidth), prefix \(prefix), dropout \(dropout)"
    }
    var width: Int { heads * headWidth }
    var offsets: [Int32] { lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + Int32($1)) } }
    var tokens: Int { lengths.reduce(0, +) }
  }

  static let cases = [
    Case(lengths: [1], heads: 1, headWidth: 1, prefix: 0),
    Case(lengths: [3, 1, 5], heads: 2, headWidth: 3, prefix: 0),
    Case(lengths: [2, 4], heads: 3, headWidth: 2, prefix: 1),
    Case(lengths: [1, 1, 3], heads: 1, headWidth: 4, prefix: 5),
    Case(lengths: [7], heads: 2, headWidth: 2, prefix: 3, dropout: 0.3),
    Case(lengths: [3, 2, 1], heads: 2, headWidth: 3, prefix: 0, dropout: 0.5),
  ]

  private static let key = RandomKey(seed: 3).derived("attention")

  @Test(arguments: cases)
  func equalsReference(_ sample: Case) {
    let matrix = Shape(sample.tokens, sample.width)
    let prefix = Shape(sample.prefix, sample.width)
    var leaves: [Leaf] = [.normal("q", matrix), .normal("k", matrix), .normal("v", matrix)]
    if sample.prefix > 0 {
      leaves += [.normal("prefix keys", prefix), .normal("prefix values", prefix)]
    }
    GradientCheck(
      leaves: leaves,
      operation: { tape, t in
        tape.attention(
          t[0], t[1], t[2], offsets: sample.offsets, heads: sample.heads,
          prefixKeys: sample.prefix > 0 ? t[3] : nil,
          prefixValues: sample.prefix > 0 ? t[4] : nil,
          dropout: sample.dropout > 0 ? (sample.dropout, Self.key) : nil)
      },
      reference: { t in
        Reference.Attention(
          q: t[0], k: t[1], v: t[2], prefixKeys: sample.prefix > 0 ? t[3] : [],
          prefixValues: sample.prefix > 0 ? t[4] : [], offsets: sample.offsets,
          heads: sample.heads, width: sample.width,
          mask: sample.dropout > 0 ? Self.mask(sample) : nil
        ).output()
      }
    ).run()
  }

  /// The mask by its definition: the blocks [n, P + n] of all sequences and heads follow each
  /// other in one stream, each starting at a multiple of four words.
  private static func mask(_ sample: Case) -> (Int, Int, Int, Int) -> Double {
    { sequence, head, query, index in
      func block(_ length: Int) -> Int { (length * (sample.prefix + length) + 3) / 4 * 4 }
      let before = sample.lengths[..<sequence].reduce(0) { $0 + sample.heads * block($1) }
      let length = sample.lengths[sequence]
      let element =
        before + head * block(length) + query * (sample.prefix + length) + index
      return dropoutFactor(element, rate: sample.dropout, key: key)
    }
  }

  /// Each sequence with its own prefix is a batch of one with that prefix.
  @Test func prefixesOfEachSequenceEqualReference() {
    let (lengths, heads, width, prefix) = ([2, 1, 4], 2, 6, 3)
    let matrix = Shape(7, width)
    let rows = Shape(lengths.count * prefix, width)
    GradientCheck(
      leaves: [
        .normal("q", matrix), .normal("k", matrix), .normal("v", matrix),
        .normal("prefix keys", rows), .normal("prefix values", rows),
      ],
      operation: { tape, t in
        tape.attention(
          t[0], t[1], t[2], offsets: [0, 2, 3, 7], heads: heads, prefixKeys: t[3],
          prefixValues: t[4], ownPrefixLength: prefix)
      },
      reference: { t in
        var start = 0
        return lengths.enumerated().flatMap { sequence, length -> [Double] in
          let own = start * width..<(start + length) * width
          let inFront = sequence * prefix * width..<(sequence + 1) * prefix * width
          start += length
          return Reference.Attention(
            q: Array(t[0][own]), k: Array(t[1][own]), v: Array(t[2][own]),
            prefixKeys: Array(t[3][inFront]), prefixValues: Array(t[4][inFront]),
            offsets: [0, Int32(length)], heads: heads, width: width
          ).output()
        }
      }
    ).run()
  }

  /// Rows behind the keys ask like all others, and nobody reads them; with a prefix too.
  @Test(arguments: [0, 2])
  func paddingIsReadByNobody(prefix: Int) {
    let (rows, keys, heads, width) = ([4, 4, 3], [2, 4, 1], 2, 6)
    let offsets: [Int32] = [0, 4, 8, 11]
    let matrix = Shape(11, width)
    var leaves: [Leaf] = [.normal("q", matrix), .normal("k", matrix), .normal("v", matrix)]
    if prefix > 0 {
      let shape = Shape(prefix, width)
      leaves += [.normal("prefix keys", shape), .normal("prefix values", shape)]
    }
    GradientCheck(
      leaves: leaves,
      operation: { tape, t in
        tape.attention(
          t[0], t[1], t[2], offsets: offsets, keyCounts: keys.map { Int32($0) }, heads: heads,
          prefixKeys: prefix > 0 ? t[3] : nil, prefixValues: prefix > 0 ? t[4] : nil)
      },
      reference: { t in
        rows.indices.flatMap { sequence -> [Double] in
          let first = Int(offsets[sequence]) * width
          let own = first..<(first + keys[sequence] * width)
          return (0..<rows[sequence]).flatMap { row -> [Double] in
            let query = Array(t[0][(first + row * width)..<(first + (row + 1) * width)])
            // The same query as every token of the sequence without padding; the first one counts.
            let all = Reference.Attention(
              q: (0..<keys[sequence]).flatMap { _ in query }, k: Array(t[1][own]),
              v: Array(t[2][own]), prefixKeys: prefix > 0 ? t[3] : [],
              prefixValues: prefix > 0 ? t[4] : [], offsets: [0, Int32(keys[sequence])],
              heads: heads, width: width
            ).output()
            return Array(all.prefix(width))
          }
        }
      }
    ).run()
  }

  /// Without padding, saying how many rows are keys changes no bit.
  @Test func allRowsAsKeysAreNoPadding() {
    let tape = Tape(recording: false)
    let x = tape.constant(Leaf.normal("x", Shape(9, 8)).values, shape: Shape(9, 8))
    let plain = tape.attention(x, x, x, offsets: [0, 5, 9], heads: 2).array
    let said = tape.attention(x, x, x, offsets: [0, 5, 9], keyCounts: [5, 4], heads: 2).array
    #expect(plain == said)
    let few = tape.attend(
      tape.constant([Float](repeating: 0.5, count: 16), shape: Shape(2, 8)), over: x,
      queriesPerSequence: 1, offsets: [0, 5, 9], keyCounts: [3, 4], scale: 1
    ).array
    let rows = tape.gatherRows(x, rows: [0, 1, 2, 5, 6, 7, 8])
    let cut = tape.attend(
      tape.constant([Float](repeating: 0.5, count: 16), shape: Shape(2, 8)), over: rows,
      queriesPerSequence: 1, offsets: [0, 3, 7], scale: 1
    ).array
    #expect(few == cut)
  }

  @Test func oneTensorAsQueriesKeysAndValuesSumsAllGradients() {
    GradientCheck(
      leaves: [.normal("x", Shape(4, 4))],
      operation: { $0.attention($1[0], $1[0], $1[0], offsets: [0, 3, 4], heads: 2) },
      reference: {
        Reference.Attention(
          q: $0[0], k: $0[0], v: $0[0], offsets: [0, 3, 4], heads: 2, width: 4
        ).output()
      }
    ).run()
  }

  /// A sequence's result must not depend on what it is packed with.
  @Test func packingDoesNotChangeASequence() {
    BLAS.setThreadCount(1)
    let tape = Tape(recording: false)
    let values = Leaf.normal("x", Shape(5, 8)).values
    let other = Leaf.normal("other", Shape(9, 8)).values
    let alone = tape.constant(values, shape: Shape(5, 8))
    let packed = tape.constant(other + values, shape: Shape(14, 8))
    let expected = tape.attention(alone, alone, alone, offsets: [0, 5], heads: 2).array
    let both = tape.attention(packed, packed, packed, offsets: [0, 9, 14], heads: 2).array
    #expect(Array(both[72...]) == expected)
  }
}
