import LinearAlgebra
import Testing

struct MatrixTests {
  private func random(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    var source = CounterRandom(RandomKey(seed: seed))
    return Matrix(
      rows: rows, columns: columns, values: (0..<rows * columns).map { _ in source.normal() })
  }

  @Test(arguments: [(false, false), (false, true), (true, false), (true, true)])
  func productEqualsTheTripleLoop(aTransposed: Bool, bTransposed: Bool) {
    let a = aTransposed ? random(5, 3, seed: 1) : random(3, 5, seed: 1)
    let b = bTransposed ? random(4, 5, seed: 2) : random(5, 4, seed: 2)
    let product = Matrix.product(
      a, aTransposed ? .transposed : .none, b, bTransposed ? .transposed : .none)
    let left = aTransposed ? a.transposed : a
    let right = bTransposed ? b.transposed : b
    for i in 0..<3 {
      for j in 0..<4 {
        let expected = (0..<5).reduce(0.0) { $0 + left[i, $1] * right[$1, j] }
        #expect(abs(product[i, j] - expected) < 1e-13)
      }
    }
  }

  @Test func vectorsAndRows() {
    let matrix = Matrix(rows: 2, columns: 3, values: [1, 2, 3, 4, 5, 6])
    #expect(matrix.times([1, 0, -1]) == [-2, -2])
    #expect(matrix.times([1, 1], .transposed) == [5, 7, 9])
    #expect(Array(matrix.row(1)) == [4, 5, 6])
    #expect(matrix.transposed.transposed == matrix)
    #expect(Matrix.product(.identity(2), matrix) == matrix)
  }

  @Test func emptyProductsAreEmptyOrZero() {
    let product = Matrix.product(Matrix(rows: 2, columns: 0), Matrix(rows: 0, columns: 3))
    #expect(product == Matrix(rows: 2, columns: 3))
    #expect(Matrix.product(Matrix(rows: 0, columns: 2), Matrix(rows: 2, columns: 3)).values == [])
  }
}
