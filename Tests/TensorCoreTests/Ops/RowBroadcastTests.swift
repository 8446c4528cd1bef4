import TensorCore
import Testing

@Suite struct RowBroadcastTests {
  private let leaves: [Leaf] = [.normal("x", Shape(5, 7)), .normal("v", Shape(7))]

  @Test func addBiasEqualsReference() {
    GradientCheck(
      leaves: leaves, operation: { $0.addBias($1[0], $1[1]) },
      reference: { t in t[0].indices.map { t[0][$0] + t[1][$0 % 7] } }
    ).run()
  }

  @Test func multiplyRowsEqualsReference() {
    GradientCheck(
      leaves: leaves, operation: { $0.multiplyRows($1[0], by: $1[1]) },
      reference: { t in t[0].indices.map { t[0][$0] * t[1][$0 % 7] } }
    ).run()
  }

  @Test func sumRowsEqualsReference() {
    GradientCheck(
      leaves: [.normal("x", Shape(5, 7))], operation: { $0.sumRows($1[0]) },
      reference: { t in
        (0..<7).map { column in (0..<5).reduce(0) { $0 + t[0][$1 * 7 + column] } }
      }
    ).run()
  }
}
