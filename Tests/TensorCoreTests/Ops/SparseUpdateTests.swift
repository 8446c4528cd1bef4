import TensorCore
import Testing

@Suite struct SparseUpdateTests {
  /// y + x Dᵀ with D [out, in] the sum of the entries of a range.
  private static func reference(
    _ t: [[Double]], _ entries: MatrixEntries, _ range: Range<Int>, inner: Int, width: Int
  ) -> [Double] {
    var result = t[0]
    for token in 0..<t[0].count / width {
      for index in range {
        let (row, column) = (Int(entries.rows[index]), Int(entries.columns[index]))
        result[token * width + row] += t[1][token * inner + column] * t[2][index]
      }
    }
    return result
  }

  /// Four of 12 · 15 entries are added one by one; all of 3 · 2 go through the whole matrix.
  @Test(arguments: [(12, 15, 1..<5), (3, 2, 0..<6), (12, 15, 3..<3)])
  func equalsReference(width: Int, inner: Int, range: Range<Int>) {
    let entries = MatrixEntries(
      rows: (0..<6).map { Int32($0 * 5 % width) }, columns: (0..<6).map { Int32($0 * 7 % inner) })
    GradientCheck(
      leaves: [
        .normal("y", Shape(4, width)), .normal("x", Shape(4, inner)), .normal("v", Shape(6)),
      ],
      operation: {
        $0.sparseUpdate($1[0], input: $1[1], values: $1[2], entries: entries, range: range)
      },
      reference: { Self.reference($0, entries, range, inner: inner, width: width) }
    ).run()
  }

  @Test func stacksOnLinearInPlace() {
    let entries = MatrixEntries(rows: [0, 2, 2], columns: [3, 1, 0])
    GradientCheck(
      leaves: [.normal("x", Shape(5, 4)), .normal("weight", Shape(3, 4)), .normal("v", Shape(3))],
      operation: { tape, t in
        let y = tape.linear(t[0], weight: t[1])
        return tape.sparseUpdate(y, input: t[0], values: t[2], entries: entries, range: 0..<3)
      },
      reference: { t in
        let y = Reference.linear(t[0], t[1], nil, inner: 4, width: 3)
        return Self.reference([y, t[0], t[2]], entries, 0..<3, inner: 4, width: 3)
      }
    ).run()
  }
}
