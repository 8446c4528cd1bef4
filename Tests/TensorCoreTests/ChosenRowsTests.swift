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

  /// Heads of one query over the states: scores through the key map, averages through the value map,
  /// against keys and values of all tokens; outputs and every gradient.
  @Test func averagesOfStatesAreAttentionOfFirstTokens() {
    let offsets: [Int32] = [0, 5, 6, 13]
    let first: [Int32] = [0, 5, 6]
    func run(averaging: Bool) -> [[Float]] {
      let shapes = [
        "x": Shape(13, 12), "query": Shape(12, 12), "key": Shape(12, 12), "value": Shape(12, 12),
        "bias": Shape(12),
      ]
      let leaves = shapes.keys.sorted().map { name -> Parameter in
        let shape = shapes[name] ?? Shape(0)
        let leaf = Parameter(path: name, shape: shape, values: Leaf.normal(name, shape).values)
        leaf.makeTrainable()
        return leaf
      }
      let tape = Tape(recording: true)
      let t = Dictionary(uniqueKeysWithValues: leaves.map { ($0.path, tape.parameter($0)) })
      guard let x = t["x"], let w = t["query"], let k = t["key"], let v = t["value"] else {
        return []
      }
      let q = tape.linear(tape.gatherRows(x, rows: first), weight: w, bias: t["bias"])
      let context: Tensor
      if averaging {
        let averages = tape.attend(
          tape.headQueries(q, weight: k, heads: 3), over: x, queriesPerSequence: 3,
          offsets: offsets, scale: 0.5)
        context = tape.headDiagonal(
          tape.linear(averages, weight: v, bias: t["bias"]), heads: 3)
      } else {
        context = tape.attention(
          q, tape.linear(x, weight: k, bias: t["bias"]), tape.linear(x, weight: v, bias: t["bias"]),
          queries: .firstTokens, offsets: offsets, heads: 3)
      }
      tape.backward(
        from: tape.meanSquaredError(context, targets: Leaf.normal("y", Shape(36)).values))
      return [context.array] + leaves.map(\.gradientArray)
    }
    let (averaged, plain) = (run(averaging: true), run(averaging: false))
    #expect(averaged.count == 6 && plain.count == 6)
    for (a, b) in zip(averaged, plain) {
      let size = b.reduce(0) { max($0, abs($1)) }
      #expect(zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } < 1e-5 * max(1, size))
      #expect(size > 0)
    }
  }
}
