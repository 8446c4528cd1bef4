import TensorCore
import Testing

@Suite struct VectorMathTests {
  @Test func sumOfSquaresAndScaleEqualReference() {
    let leaf = Leaf.normal("x", Shape(19))
    let parameter = Parameter(path: "x", shape: leaf.shape, values: leaf.values)
    let expected = parameter.array.reduce(0) { $0 + Double($1) * Double($1) }
    #expect(abs(VectorMath.sumOfSquares(parameter.values) - expected) < 1e-12)
    let before = parameter.array
    VectorMath.scale(parameter.values, by: -0.5)
    #expect(parameter.array == before.map { -0.5 * $0 })
  }

  @Test func emptyMemoryIsAccepted() {
    let parameter = Parameter(path: "x", shape: Shape(3), values: [1, 2, 3])
    #expect(VectorMath.sumOfSquares(parameter.gradient) == 0)
    VectorMath.scale(parameter.gradient, by: 2)
  }
}
