import TensorCore
import Testing

@Suite struct SoftmaxRowsTests {
  @Test(arguments: [(1, 1), (3, 2), (4, 37), (2, 64)])
  func equalsReference(rows: Int, columns: Int) {
    GradientCheck(
      leaves: [.normal("x", Shape(rows, columns), deviation: 2)],
      operation: { $0.softmaxRows($1[0]) },
      reference: { Reference.softmaxRows($0[0], columns: columns) }
    ).run()
  }

  @Test func largeScoresDoNotOverflow() {
    let tape = Tape(recording: false)
    let x = tape.constant([1e4, 1e4, -1e4, 3e38, 0, -3e38], shape: Shape(2, 3))
    #expect(tape.softmaxRows(x).array == [0.5, 0.5, 0, 1, 0, 0])
  }
}
