import TensorCore
import Testing

@Suite struct LayerNormTests {
  @Test(arguments: [(1, 2), (3, 5), (4, 37), (2, 64)])
  func equalsReference(rows: Int, width: Int) {
    GradientCheck(
      leaves: [
        .normal("x", Shape(rows, width)), .normal("scale", Shape(width)),
        .normal("shift", Shape(width)),
      ],
      operation: { $0.layerNorm($1[0], scale: $1[1], shift: $1[2], epsilon: 1e-3) },
      reference: { Reference.layerNorm($0[0], $0[1], $0[2], epsilon: 1e-3) }
    ).run()
  }

  @Test(arguments: [(1, 3), (5, 19)])
  func sumEqualsReference(rows: Int, width: Int) {
    GradientCheck(
      leaves: [
        .normal("x", Shape(rows, width)), .normal("residual", Shape(rows, width)),
        .normal("scale", Shape(width)), .normal("shift", Shape(width)),
      ],
      operation: { $0.layerNorm(sum: $1[0], $1[1], scale: $1[2], shift: $1[3], epsilon: 1e-12) },
      reference: {
        Reference.layerNorm(Reference.add($0[0], $0[1]), $0[2], $0[3], epsilon: 1e-12)
      }
    ).run()
  }

  @Test func sumOfOneTensorWithItselfDoublesIt() {
    GradientCheck(
      leaves: [
        .normal("x", Shape(3, 5)), .normal("scale", Shape(5)), .normal("shift", Shape(5)),
      ],
      operation: { $0.layerNorm(sum: $1[0], $1[0], scale: $1[1], shift: $1[2], epsilon: 1) },
      reference: {
        Reference.layerNorm(Reference.add($0[0], $0[0]), $0[1], $0[2], epsilon: 1)
      }
    ).run()
  }

  @Test func largeMeanKeepsPrecision() {
    let tape = Tape(recording: false)
    let x = tape.constant([1000, 1001, 1002, 1003], shape: Shape(1, 4))
    let one = tape.constant([1, 1, 1, 1], shape: Shape(4))
    let y = tape.layerNorm(x, scale: one, shift: tape.zeros(Shape(4)), epsilon: 0).array
    let expected = [-3, -1, 1, 3].map { Double($0) / 5.0.squareRoot() }
    #expect(largestError(y, expected) < 1e-6)
  }
}
