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
  ///
  /// A prefix enters the averages less the maps' values at zero.
  @Test(arguments: [0, 5])
  func averagesOfStatesAreAttentionOfFirstTokens(prefix: Int) {
    let offsets: [Int32] = [0, 5, 6, 13]
    let first: [Int32] = [0, 5, 6]
    func run(averaging: Bool) -> [[Float]] {
      let shapes = [
        "x": Shape(13, 12), "query": Shape(12, 12), "key": Shape(12, 12), "value": Shape(12, 12),
        "bias": Shape(12), "prefix-keys": Shape(max(1, prefix), 12),
        "prefix-values": Shape(max(1, prefix), 12),
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
      let pair = (keys: t["prefix-keys"], values: t["prefix-values"])
      let context: Tensor
      if averaging {
        context = averagedContext(
          tape, q, x, key: k, value: v, bias: t["bias"],
          prefix: prefix > 0 ? (pair.keys, pair.values) : (nil, nil), offsets: offsets)
      } else {
        context = tape.attention(
          q, tape.linear(x, weight: k, bias: t["bias"]), tape.linear(x, weight: v, bias: t["bias"]),
          queries: .firstTokens, offsets: offsets, heads: 3,
          prefixKeys: prefix > 0 ? pair.keys : nil, prefixValues: prefix > 0 ? pair.values : nil)
      }
      tape.backward(
        from: tape.meanSquaredError(context, targets: Leaf.normal("y", Shape(36)).values))
      return [context.array] + leaves.map(\.gradientArray)
    }
    let (averaged, plain) = (run(averaging: true), run(averaging: false))
    #expect(averaged.count == 8 && plain.count == 8)
    for (index, (a, b)) in zip(averaged, plain).enumerated() {
      let size = b.reduce(0) { max($0, abs($1)) }
      #expect(zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } < 1e-5 * max(1, size))
      // Outputs, then gradients by name: those of the prefix are the fourth and fifth.
      #expect(size > 0 || (prefix == 0 && (index == 3 || index == 4)))
    }
  }

  private func averagedContext(
    _ tape: Tape, _ q: Tensor, _ x: Tensor, key: Tensor, value: Tensor, bias: Tensor?,
    prefix: (keys: Tensor?, values: Tensor?), offsets: [Int32]
  ) -> Tensor {
    let queries = tape.headQueries(q, weight: key, heads: 3)
    guard let keys = prefix.keys, let values = prefix.values, let bias else {
      let averages = tape.attend(
        queries, over: x, queriesPerSequence: 3, offsets: offsets, scale: 0.5)
      return tape.headDiagonal(tape.linear(averages, weight: value, bias: bias), heads: 3)
    }
    let less = tape.scaled(bias, by: -1)
    let read = tape.attend(
      queries, over: x, besides: tape.headScores(q, keys: tape.addBias(keys, less), heads: 3),
      queriesPerSequence: 3, offsets: offsets, scale: 0.5)
    let sums = tape.linear(
      tape.sliceColumns(read, keys.rows..<read.columns), weight: value, bias: bias)
    let added = tape.matmul(
      tape.sliceColumns(read, 0..<keys.rows), tape.addBias(values, less))
    return tape.headDiagonal(tape.add(sums, added), heads: 3)
  }
}
