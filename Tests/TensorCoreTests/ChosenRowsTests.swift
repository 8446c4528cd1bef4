import LinearAlgebra
import TensorCore
import Testing

/// Some rows computed alone against the same rows of the whole.
@Suite struct ChosenRowsTests {
  private let key = RandomKey(seed: 9).derived("rows")

  /// Widths that do and do not end at a block of four random words.
  @Test(arguments: [1, 3, 4, 6, 16])
  func dropoutDrawsTheMasksOfTheWhole(width: Int) {
    let rows: [Int32] = [0, 3, 4, 8]
    let values = Leaf.normal("x", Shape(9, width)).values
    func run(onChosenRows: Bool) -> (result: [Float], gradient: [Float]) {
      let x = Parameter(path: "x", shape: Shape(9, width), values: values)
      x.makeTrainable()
      let tape = Tape(recording: true)
      let result: Tensor
      if onChosenRows {
        let chosen = tape.gatherRows(tape.parameter(x), rows: rows)
        result = tape.withSourceRows(rows) { tape.dropout(chosen, rate: 0.5, key: key) }
      } else {
        result = tape.gatherRows(
          tape.dropout(tape.parameter(x), rate: 0.5, key: key), rows: rows)
      }
      tape.backward(
        from: tape.meanSquaredError(result, targets: [Float](repeating: 0, count: result.count)))
      return (result.array, x.gradientArray)
    }
    let (chosen, whole) = (run(onChosenRows: true), run(onChosenRows: false))
    #expect(chosen.result == whole.result)
    #expect(chosen.gradient == whole.gradient)
  }

  struct Case: Sendable {
    var prefix = 0
    var dropout: Float = 0
  }

  /// Queries of first tokens only: outputs and every gradient are those of the whole.
  @Test(arguments: [Case(), Case(prefix: 3), Case(dropout: 0.4), Case(prefix: 2, dropout: 0.3)])
  func attentionOfFirstTokensIsThatOfTheWhole(sample: Case) {
    let offsets: [Int32] = [0, 5, 6, 13]
    let first: [Int32] = [0, 5, 6]
    func run(_ queries: TokenRows) -> [[Float]] {
      let names = ["q", "k", "v", "prefix keys", "prefix values"]
      let leaves = names.map { name in
        let rows = name.hasPrefix("prefix") ? sample.prefix : 13
        let shape = Shape(rows, 12)
        let leaf = Parameter(path: name, shape: shape, values: Leaf.normal(name, shape).values)
        leaf.makeTrainable()
        return leaf
      }
      let tape = Tape(recording: true)
      let t = leaves.map { tape.parameter($0) }
      let all = queries == .all
      let output = tape.attention(
        all ? t[0] : tape.gatherRows(t[0], rows: first), t[1], t[2], queries: queries,
        offsets: offsets, heads: 3, prefixKeys: sample.prefix > 0 ? t[3] : nil,
        prefixValues: sample.prefix > 0 ? t[4] : nil,
        dropout: sample.dropout > 0 ? (sample.dropout, key) : nil)
      let read = all ? tape.gatherRows(output, rows: first) : output
      tape.backward(
        from: tape.meanSquaredError(read, targets: Leaf.normal("y", Shape(36)).values))
      return [read.array] + leaves.map(\.gradientArray)
    }
    for (chosen, whole) in zip(run(.firstTokens), run(.all)) {
      let error = zip(chosen, whole).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(error < 1e-6 && chosen.count == whole.count)
    }
  }
}
