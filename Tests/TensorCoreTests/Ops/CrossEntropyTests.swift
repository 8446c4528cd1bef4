import TensorCore
import Testing

@Suite struct CrossEntropyTests {
  @Test(arguments: [2, 3, 21])
  func equalsReference(classes: Int) {
    let labels: [Int32] = [0, 1, Int32(classes - 1), 1]
    GradientCheck(
      leaves: [.normal("logits", Shape(4, classes), deviation: 2)],
      operation: { $0.crossEntropy($1[0], labels: labels) },
      reference: { [Reference.crossEntropy($0[0], labels: labels, classes: classes)] }
    ).run()
  }

  @Test func largeLogitsStayFinite() {
    let tape = Tape(recording: false)
    let logits = tape.constant([1e4, -1e4], shape: Shape(1, 2))
    #expect(tape.crossEntropy(logits, labels: [0]).scalar == 0)
    #expect(tape.crossEntropy(logits, labels: [1]).scalar == 20_000)
  }
}
