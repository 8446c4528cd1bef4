import TensorCore
import Testing

@Suite struct RowScalingTests {
  @Test func scaleRowsEqualsReference() {
    GradientCheck(
      leaves: [.normal("x", Shape(5, 7)), .normal("f", Shape(5))],
      operation: { $0.scaleRows($1[0], by: $1[1]) },
      reference: { t in t[0].indices.map { t[0][$0] * t[1][$0 / 7] } }
    ).run()
  }

  @Test func rowNormsEqualReference() {
    GradientCheck(
      leaves: [.normal("x", Shape(5, 7))], operation: { $0.rowNorms($1[0]) },
      reference: { t in
        (0..<5).map { (row: Int) -> Double in
          let values: [Double] = Array(t[0][row * 7..<row * 7 + 7])
          return values.reduce(0.0) { $0 + $1 * $1 }.squareRoot()
        }
      }
    ).run()
  }

  @Test func aRowOfZerosHasNoGradient() {
    let parameter = Parameter(path: "x", shape: Shape(1, 3), values: [0, 0, 0])
    parameter.makeTrainable()
    let tape = Tape(recording: true)
    tape.backward(from: tape.reshape(tape.rowNorms(tape.parameter(parameter)), Shape()))
    #expect(parameter.gradientArray == [0, 0, 0])
  }
}
