import LinearAlgebra
import Testing

@Suite struct SingularValuesTests {
  @Test(arguments: [(1, 1), (4, 3), (3, 5), (6, 6)])
  func partsMultiplyToTheMatrix(rows: Int, columns: Int) {
    var random = CounterRandom(RandomKey(seed: 4))
    let matrix = (0..<rows * columns).map { _ in random.normal() }
    let parts = SingularValues(matrix, rows: rows, columns: columns)
    let count = min(rows, columns)
    #expect(parts.values == parts.values.sorted(by: >) && parts.values.allSatisfy { $0 >= 0 })
    for row in 0..<rows {
      for column in 0..<columns {
        let product = (0..<count).reduce(0) {
          $0 + parts.left[row * count + $1] * parts.values[$1] * parts.right[$1 * columns + column]
        }
        #expect(abs(product - matrix[row * columns + column]) < 1e-12)
      }
    }
    for i in 0..<count {
      for j in 0..<count {
        let left = (0..<rows).reduce(0) {
          $0 + parts.left[$1 * count + i] * parts.left[$1 * count + j]
        }
        let right = (0..<columns).reduce(0) {
          $0 + parts.right[i * columns + $1] * parts.right[j * columns + $1]
        }
        #expect(abs(left - (i == j ? 1 : 0)) < 1e-12 && abs(right - (i == j ? 1 : 0)) < 1e-12)
      }
    }
  }
}
