import TensorCore
import Testing

@Suite struct ArithmeticTests {
  @Test func addEqualsReference() {
    GradientCheck(
      leaves: [.normal("a", Shape(3, 7)), .normal("b", Shape(3, 7))],
      operation: { $0.add($1[0], $1[1]) },
      reference: { Reference.add($0[0], $0[1]) }
    ).run()
  }

  @Test func addOfOneTensorToItselfSumsBothGradients() {
    GradientCheck(
      leaves: [.normal("a", Shape(5))],
      operation: { $0.add($1[0], $1[0]) },
      reference: { Reference.add($0[0], $0[0]) }
    ).run()
  }

  @Test func multiplyEqualsReference() {
    GradientCheck(
      leaves: [.normal("a", Shape(3, 7)), .normal("b", Shape(3, 7))],
      operation: { $0.multiply($1[0], $1[1]) },
      reference: { zip($0[0], $0[1]).map { $0 * $1 } }
    ).run()
  }

  @Test func squareSumsBothGradients() {
    GradientCheck(
      leaves: [.normal("a", Shape(9))],
      operation: { $0.multiply($1[0], $1[0]) },
      reference: { $0[0].map { $0 * $0 } }
    ).run()
  }

  @Test func scaledEqualsReference() {
    GradientCheck(
      leaves: [.normal("x", Shape(19))],
      operation: { $0.scaled($1[0], by: -2.5) },
      reference: { $0[0].map { -2.5 * $0 } }
    ).run()
  }
}
