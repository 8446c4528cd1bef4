import LinearAlgebra
import Testing

@Suite struct BLASTests {
  private static let flags: [BLAS.Transpose] = [.none, .transposed]

  /// One element of op(A), A stored with a stride.
  private func element(
    _ matrix: [Double], _ flag: BLAS.Transpose, _ stride: Int, _ row: Int, _ column: Int
  ) -> Double {
    flag == .none ? matrix[row * stride + column] : matrix[column * stride + row]
  }

  private func numbers(_ name: String, _ count: Int) -> [Double] {
    var random = CounterRandom(RandomKey(seed: 2).derived(name))
    return (0..<count).map { _ in Double(Float(random.normal())) }
  }

  /// α op(A) op(B) + β C on blocks inside wider storage (stride 9), checked in and around the block.
  @Test(arguments: flags, flags)
  func productsEqualReference(a aFlag: BLAS.Transpose, b bFlag: BLAS.Transpose) {
    BLAS.setThreadCount(1)
    let (rows, columns, inner, stride) = (3, 5, 4, 9)
    let (a, b) = (numbers("a", 5 * stride), numbers("b", 5 * stride))
    let c = numbers("c", rows * stride)
    var expected = c
    for row in 0..<rows {
      for column in 0..<columns {
        let product = (0..<inner).reduce(0.0) {
          $0 + element(a, aFlag, stride, row, $1) * element(b, bFlag, stride, $1, column)
        }
        expected[row * stride + column] = 0.5 * product - 2 * c[row * stride + column]
      }
    }
    var double = c
    BLAS.multiply(
      a, aFlag, stride: stride, b, bFlag, stride: stride, into: &double, stride: stride,
      rows: rows, columns: columns, inner: inner, alpha: 0.5, beta: -2)
    #expect(zip(double, expected).allSatisfy { abs($0 - $1) < 1e-14 })
    var single = c.map { Float($0) }
    BLAS.multiply(
      a.map { Float($0) }, aFlag, stride: stride, b.map { Float($0) }, bFlag, stride: stride,
      into: &single, stride: stride, rows: rows, columns: columns, inner: inner, alpha: 0.5,
      beta: -2)
    #expect(zip(single, expected).allSatisfy { abs(Double($0) - $1) < 1e-5 })
  }

  @Test func descriptionNamesTheLibrary() {
    #expect(BLAS.description.contains("OpenBLAS"))
  }
}
