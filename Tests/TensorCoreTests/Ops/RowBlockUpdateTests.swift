import TensorCore
import Testing

@Suite struct RowBlockUpdateTests {
  /// y + x Dᵀ + d with D [out, in] and d [out] zero outside the rows.
  private static func reference(_ t: [[Double]], inner: Int, width: Int, rows: [Int]) -> [Double] {
    let (y, x, delta, bias) = (t[0], t[1], t[2], t[3])
    var result = y
    for token in 0..<y.count / width {
      for (index, row) in rows.enumerated() {
        var sum = bias[index]
        for column in 0..<inner { sum += x[token * inner + column] * delta[index * inner + column] }
        result[token * width + row] += sum
      }
    }
    return result
  }

  @Test(arguments: [(1, 3, 4, [2]), (5, 7, 6, [5, 0, 3]), (4, 3, 2, [0, 1])])
  func equalsReference(tokens: Int, inner: Int, width: Int, rows: [Int]) {
    GradientCheck(
      leaves: [
        .normal("y", Shape(tokens, width)), .normal("x", Shape(tokens, inner)),
        .normal("delta", Shape(rows.count, inner)), .normal("bias", Shape(rows.count)),
      ],
      operation: {
        $0.rowBlockUpdate(
          $1[0], input: $1[1], delta: $1[2], bias: $1[3], rows: rows.map { Int32($0) })
      },
      reference: { Self.reference($0, inner: inner, width: width, rows: rows) }
    ).run()
  }

  /// The fast path: y comes from `linear` and its storage is taken over.
  @Test func stacksOnLinearInPlace() {
    GradientCheck(
      leaves: [
        .normal("x", Shape(5, 4)), .normal("weight", Shape(3, 4)), .normal("delta", Shape(2, 4)),
        .normal("bias", Shape(2)),
      ],
      operation: { tape, t in
        let y = tape.linear(t[0], weight: t[1])
        let updated = tape.rowBlockUpdate(
          y, input: t[0], delta: t[2], bias: t[3], rows: [2, 0])
        #expect(updated.values.baseAddress == y.values.baseAddress)
        return updated
      },
      reference: { t in
        let y = Reference.linear(t[0], t[1], nil, inner: 4, width: 3)
        return Self.reference([y, t[0], t[2], t[3]], inner: 4, width: 3, rows: [2, 0])
      }
    ).run()
  }
}
