import TensorCore
import Testing

@Suite struct ColumnsTests {
  @Test func sliceEqualsReference() {
    GradientCheck(
      leaves: [.normal("x", Shape(3, 7))],
      operation: { $0.sliceColumns($1[0], 2..<5) },
      reference: { t in (0..<3).flatMap { row in (2..<5).map { t[0][row * 7 + $0] } } }
    ).run()
  }

  @Test func concatenateEqualsReference() {
    GradientCheck(
      leaves: [.normal("a", Shape(3, 2)), .normal("b", Shape(3, 4))],
      operation: { $0.concatenateColumns($1) },
      reference: { t in
        (0..<3).flatMap { row -> [Double] in
          Array(t[0][(row * 2)..<(row * 2 + 2)]) + Array(t[1][(row * 4)..<(row * 4 + 4)])
        }
      }
    ).run()
  }

  @Test func reshapeKeepsValuesAndPassesGradients() {
    GradientCheck(
      leaves: [.normal("x", Shape(3, 4))],
      operation: { $0.sumRows($0.reshape($1[0], Shape(6, 2))) },
      reference: { t in
        (0..<2).map { column in (0..<6).reduce(0) { $0 + t[0][$1 * 2 + column] } }
      }
    ).run()
  }
}
