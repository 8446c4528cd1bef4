import TensorCore
import Testing

@Suite struct QuotientTests {
  @Test func divideEqualsReference() {
    GradientCheck(
      leaves: [.normal("a", Shape(4, 3)), .awayFromZero("b", Shape(4, 3))],
      operation: { $0.divide($1[0], by: $1[1]) },
      reference: { t in zip(t[0], t[1]).map { $0 / $1 } }
    ).run()
  }

  @Test func nothingFlowsThroughADetachedTensor() {
    let parameter = Parameter(path: "x", shape: Shape(1), values: [3])
    parameter.makeTrainable()
    let tape = Tape(recording: true)
    let x = tape.parameter(parameter)
    let product = tape.multiply(x, tape.detached(x))
    #expect(product.array == [9])
    tape.backward(from: tape.reshape(product, Shape()))
    #expect(parameter.gradientArray == [3])
  }
}
