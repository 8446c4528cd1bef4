import TensorCore
import Testing

@Suite struct BlockInverseTests {
  /// Inverses of two blocks by the adjugate of 2 × 2 matrices.
  @Test func equalsReference() {
    GradientCheck(
      leaves: [Leaf(name: "x", shape: Shape(4, 2), values: [0.1, 2, -1, 0.4, 1, 0.5, 0.2, 3])],
      operation: { $0.invertBlocks($1[0]) },
      reference: { t in
        (0..<2).flatMap { block -> [Double] in
          let (a, b, c, d) = (
            t[0][4 * block], t[0][4 * block + 1], t[0][4 * block + 2], t[0][4 * block + 3]
          )
          let determinant = a * d - b * c
          return [d, -b, -c, a].map { $0 / determinant }
        }
      }
    ).run()
  }

  /// X X⁻¹ = I for a block whose first pivot is 0.
  @Test func pivotsWhereTheDiagonalIsZero() {
    let tape = Tape(recording: false)
    let x = tape.constant([0, 2, 1, 1, 0, 3, 4, 1, 0], shape: Shape(3, 3))
    let product = tape.matmul(x, tape.invertBlocks(x)).array
    for (index, value) in product.enumerated() {
      #expect(abs(value - (index % 4 == 0 ? 1 : 0)) < 1e-5)
    }
  }
}
