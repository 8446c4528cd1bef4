import LinearAlgebra
import Testing

struct CholeskyTests {
  /// B Bᵀ + I, well conditioned.
  private func positive(_ order: Int) -> Matrix {
    var source = CounterRandom(RandomKey(seed: UInt64(order)))
    let b = Matrix(
      rows: order, columns: order, values: (0..<order * order).map { _ in source.normal() })
    var result = Matrix.product(b, .none, b, .transposed)
    for i in 0..<order { result[i, i] += 1 }
    return result
  }

  private func largestDifference(_ a: Matrix, _ b: Matrix) -> Double {
    zip(a.values, b.values).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  @Test(arguments: [1, 2, 7, 60])
  func factorSolveInverseAndDeterminantAgree(order: Int) throws {
    let matrix = positive(order)
    let root = try Cholesky(matrix)
    #expect(root.jitter == 0)
    #expect(
      largestDifference(Matrix.product(root.lower, .none, root.lower, .transposed), matrix) < 1e-11)
    for i in 0..<order {
      for j in 0..<order where j > i { #expect(root.lower[i, j] == 0) }
    }
    let inverse = root.inverse()
    #expect(largestDifference(Matrix.product(inverse, matrix), .identity(order)) < 1e-10)
    #expect(largestDifference(root.solve(matrix), .identity(order)) < 1e-10)
    #expect(inverse == inverse.transposed)
    let half = root.triangularSolve(matrix)
    #expect(largestDifference(half, root.lower.transposed) < 1e-10)
    let vector = (0..<order).map { Double($0) - 1.5 }
    let back = matrix.times(root.solve(vector))
    #expect(zip(back, vector).allSatisfy { abs($0 - $1) < 1e-10 })
  }

  @Test func determinantOfAKnownMatrix() throws {
    let root = try Cholesky(Matrix(rows: 2, columns: 2, values: [4, 2, 2, 3]))
    #expect(abs(root.logDeterminant - 2.0794415416798357) < 1e-14)
    #expect(root.lower.values == [2, 0, 1, 2.0.squareRoot()])
    #expect(try Cholesky(Matrix(rows: 0, columns: 0)).logDeterminant == 0)
  }

  @Test func singularByRoundingIsHelpedByTheSmallestJitter() throws {
    let ones = Matrix(rows: 20, columns: 20, repeating: 1)
    let root = try Cholesky(ones)
    #expect(root.jitter > 0 && root.jitter <= 1e-8)
    #expect(
      largestDifference(Matrix.product(root.lower, .none, root.lower, .transposed), ones) < 1e-7)
  }

  struct Refusal: Sendable {
    let name: String
    let matrix: Matrix
    let sentence: String
  }

  @Test(arguments: [
    Refusal(
      name: "not square", matrix: Matrix(rows: 2, columns: 3),
      sentence: "Cholesky: the matrix must be square, got 2 × 3."),
    Refusal(
      name: "NaN", matrix: Matrix(rows: 2, columns: 2, values: [1, 0, .nan, 1]),
      sentence: "Cholesky: element (1, 0) must be a finite number, got nan."),
    Refusal(
      name: "infinite", matrix: Matrix(rows: 1, columns: 1, values: [.infinity]),
      sentence: "Cholesky: element (0, 0) must be a finite number, got inf."),
    Refusal(
      name: "indefinite", matrix: Matrix(rows: 2, columns: 2, values: [1, 2, 2, 1]),
      sentence: "Cholesky: the matrix of order 2 is not positive definite: its leading minor of "
        + "order 2 is not positive even with 0.0001 added to the diagonal."),
  ])
  func refusalsAreSentences(refusal: Refusal) {
    #expect { try Cholesky(refusal.matrix) } throws: { error in
      String(describing: error) == refusal.sentence
    }
  }
}
