import TensorCore
import Testing

@Suite struct EmbeddingSumTests {
  /// Token 2 occurs three times, so its gradient is a sum; rows 1 and 4 of the table none.
  @Test func equalsReference() {
    let tokens: [Int32] = [2, 0, 2, 3, 2]
    let types: [Int32] = [0, 0, 1, 1, 0]
    let positions: [Int32] = [0, 1, 2, 0, 1]
    let width = 3
    GradientCheck(
      leaves: [
        .normal("tokens", Shape(5, width)), .normal("types", Shape(2, width)),
        .normal("positions", Shape(4, width)),
      ],
      operation: {
        $0.embeddingSum(
          tokens: tokens, types: types, positions: positions, tokenTable: $1[0],
          typeTable: $1[1], positionTable: $1[2])
      },
      reference: { t in
        (0..<tokens.count * width).map { index in
          let (row, column) = (index / width, index % width)
          return t[0][Int(tokens[row]) * width + column] + t[1][Int(types[row]) * width + column]
            + t[2][Int(positions[row]) * width + column]
        }
      }
    ).run()
  }

  /// Inserted rows of negative tokens: row 1 stands twice, row 2 nowhere.
  @Test func insertedRowsEqualReference() {
    let tokens: [Int32] = [-1, -2, 1, -2, 0]
    let types: [Int32] = [0, 0, 1, 0, 1]
    let positions: [Int32] = [0, 1, 2, 0, 1]
    let width = 3
    GradientCheck(
      leaves: [
        .normal("tokens", Shape(2, width)), .normal("types", Shape(2, width)),
        .normal("positions", Shape(3, width)), .normal("inserted", Shape(3, width)),
      ],
      operation: {
        $0.embeddingSum(
          tokens: tokens, types: types, positions: positions, tokenTable: $1[0],
          typeTable: $1[1], positionTable: $1[2], inserted: $1[3])
      },
      reference: { t in
        (0..<tokens.count * width).map { index in
          let (row, column) = (index / width, index % width)
          let token = Int(tokens[row])
          let word = token < 0 ? t[3][(-1 - token) * width + column] : t[0][token * width + column]
          return word + t[1][Int(types[row]) * width + column]
            + t[2][Int(positions[row]) * width + column]
        }
      }
    ).run()
  }
}
