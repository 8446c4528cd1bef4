import TensorCore
import Testing

@Suite struct BlockMatmulTests {
  @Test(arguments: [(1, 2, 3, 4), (3, 2, 4, 1), (2, 3, 3, 3)])
  func productOfBlocksEqualsReference(blocks: Int, p: Int, k: Int, q: Int) {
    GradientCheck(
      leaves: [.normal("a", Shape(blocks * p, k)), .normal("b", Shape(blocks * k, q))],
      operation: { $0.blockMatmul($1[0], $1[1], blocks: blocks) },
      reference: { t in
        (0..<blocks).flatMap { block in
          Reference.matmul(
            Array(t[0][block * p * k..<(block + 1) * p * k]),
            Array(t[1][block * k * q..<(block + 1) * k * q]), rows: p, inner: k, columns: q)
        }
      }
    ).run()
  }

  /// One tensor as both factors, as in the square of a rotation's generator.
  @Test func squareOfBlocksEqualsReference() {
    GradientCheck(
      leaves: [.normal("a", Shape(6, 3))],
      operation: { $0.blockMatmul($1[0], $1[0], blocks: 2) },
      reference: { t in
        (0..<2).flatMap { block -> [Double] in
          let own = Array(t[0][block * 9..<(block + 1) * 9])
          return Reference.matmul(own, own, rows: 3, inner: 3, columns: 3)
        }
      }
    ).run()
  }

  @Test(arguments: [(1, 2, 3), (5, 3, 2), (2, 1, 4)])
  func columnBlocksEqualReference(rows: Int, blocks: Int, size: Int) {
    let width = blocks * size
    GradientCheck(
      leaves: [.normal("x", Shape(rows, width)), .normal("r", Shape(width, size))],
      operation: { $0.multiplyColumnBlocks($1[0], byTransposed: $1[1]) },
      reference: { t in
        (0..<rows * width).map { index in
          let (row, column) = (index / width, index % width)
          let start = column / size * size
          return (0..<size).reduce(0) {
            $0 + t[0][row * width + start + $1] * t[1][column * size + $1]
          }
        }
      }
    ).run()
  }
}
