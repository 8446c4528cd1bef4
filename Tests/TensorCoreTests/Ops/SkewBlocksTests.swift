import TensorCore
import Testing

@Suite struct SkewBlocksTests {
  @Test func trianglesAreReadByRows() {
    let tape = Tape(recording: false)
    let triangles = tape.constant([1, 2, 3], shape: Shape(1, 3))
    #expect(
      tape.skewBlocks(triangles: triangles, size: 3).array == [0, 1, 2, -1, 0, 3, -2, -3, 0])
  }

  @Test func skewBlocksHaveTheRightGradient() {
    GradientCheck(
      leaves: [.normal("v", Shape(2, 6))],
      operation: { $0.skewBlocks(triangles: $1[0], size: 4) },
      reference: { t in
        (0..<2).flatMap { block -> [Double] in
          var q = [Double](repeating: 0, count: 16)
          var source = block * 6
          for row in 0..<4 {
            for column in row + 1..<max(4, row + 1) {
              q[row * 4 + column] = t[0][source]
              q[column * 4 + row] = -t[0][source]
              source += 1
            }
          }
          return q
        }
      }
    ).run()
  }

  @Test func skewPartsEqualReference() {
    GradientCheck(
      leaves: [.normal("a", Shape(6, 3))], operation: { $0.skewParts($1[0]) },
      reference: { t in
        (0..<2).flatMap { block -> [Double] in
          let own = Array(t[0][block * 9..<(block + 1) * 9])
          return zip(own, Reference.transpose(own, rows: 3, columns: 3)).map { ($0 - $1) / 2 }
        }
      }
    ).run()
  }
}
