import TensorCore
import Testing

/// A frozen map of f(x) whose f(x) is never stored.
@Suite struct ActivatedLinearTests {
  /// One row, and one more than the rows that our kernel works on at a time.
  @Test(arguments: PointwiseFunction.allCases, [1, 49])
  func equalsReference(function: PointwiseFunction, rows: Int) {
    let (inner, width) = (17, 5)
    let weight = Leaf.normal("weight", Shape(width, inner), deviation: 0.3)
    let exact = weight.values.map(Double.init)
    GradientCheck(
      leaves: [.awayFromZero("x", Shape(rows, inner)), .normal("bias", Shape(width))],
      operation: { tape, leaves in
        tape.linear(
          function, of: leaves[0],
          weight: tape.constant(weight.values, shape: weight.shape), bias: leaves[1])
      },
      reference: { leaves in
        Reference.linear(
          leaves[0].map(function.reference), exact, leaves[1], inner: inner, width: width)
      }
    ).run()
  }

  @Test func keepsNothingBetweenTheFunctionAndTheMap() {
    let x = Parameter(path: "x", shape: Shape(64, 48), values: [Float](repeating: 1, count: 3072))
    x.makeTrainable()
    func bytes(_ body: (Tape, Tensor, Tensor) -> Tensor) -> Int {
      let tape = Tape(recording: true)
      let weight = tape.constant([Float](repeating: 0.1, count: 16 * 48), shape: Shape(16, 48))
      _ = body(tape, tape.parameter(x), weight)
      return tape.usedBytes
    }
    let apart = bytes { $0.linear($0.gelu($1), weight: $2) }
    let together = bytes { $0.linear(.gelu, of: $1, weight: $2) }
    #expect(apart - together == 64 * 48 * 4)
  }
}
