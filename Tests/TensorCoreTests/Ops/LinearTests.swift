import TensorCore
import Testing

@Suite struct LinearTests {
  @Test(arguments: [(1, 1, 1), (3, 5, 7), (17, 33, 2), (6, 16, 16)])
  func equalsReferenceWithBias(rows: Int, inner: Int, width: Int) {
    GradientCheck(
      leaves: [
        .normal("x", Shape(rows, inner)), .normal("weight", Shape(width, inner)),
        .normal("bias", Shape(width)),
      ],
      operation: { $0.linear($1[0], weight: $1[1], bias: $1[2]) },
      reference: { Reference.linear($0[0], $0[1], $0[2], inner: inner, width: width) }
    ).run()
  }

  @Test func equalsReferenceWithoutBias() {
    GradientCheck(
      leaves: [.normal("x", Shape(4, 3)), .normal("weight", Shape(5, 3))],
      operation: { $0.linear($1[0], weight: $1[1]) },
      reference: { Reference.linear($0[0], $0[1], nil, inner: 3, width: 5) }
    ).run()
  }

  @Test func batchAxesAreRows() {
    let tape = Tape(recording: false)
    let x = tape.constant([1, 2, 3, 4, 5, 6, 7, 8], shape: Shape(2, 2, 2))
    let weight = tape.constant([1, 10], shape: Shape(1, 2))
    #expect(tape.linear(x, weight: weight).array == [21, 43, 65, 87])
  }
}
