import TensorCore
import Testing

@Suite struct RowsTests {
  @Test func gatherEqualsReferenceAlsoWhereARowIsTakenTwice() {
    let rows: [Int32] = [3, 0, 3]
    GradientCheck(
      leaves: [.normal("x", Shape(4, 5))],
      operation: { $0.gatherRows($1[0], rows: rows) },
      reference: { t in rows.flatMap { row in (0..<5).map { t[0][Int(row) * 5 + $0] } } }
    ).run()
  }

  @Test func concatenateEqualsReference() {
    GradientCheck(
      leaves: [.normal("a", Shape(2, 3)), .normal("b", Shape(1, 3)), .normal("c", Shape(4, 3))],
      operation: { $0.concatenateRows($1) },
      reference: { $0.flatMap { $0 } }
    ).run()
  }
}
