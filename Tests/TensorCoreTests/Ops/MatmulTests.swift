import LinearAlgebra
import TensorCore
import Testing

@Suite struct MatmulTests {
  @Test(arguments: [BLAS.Transpose.none, .transposed], [BLAS.Transpose.none, .transposed])
  func equalsReference(transposeA: BLAS.Transpose, transposeB: BLAS.Transpose) {
    let (m, k, n) = (3, 5, 4)
    GradientCheck(
      leaves: [
        .normal("a", transposeA == .none ? Shape(m, k) : Shape(k, m)),
        .normal("b", transposeB == .none ? Shape(k, n) : Shape(n, k)),
      ],
      operation: {
        $0.matmul($1[0], $1[1], transposeA: transposeA, transposeB: transposeB)
      },
      reference: {
        let a = transposeA == .none ? $0[0] : Reference.transpose($0[0], rows: k, columns: m)
        let b = transposeB == .none ? $0[1] : Reference.transpose($0[1], rows: n, columns: k)
        return Reference.matmul(a, b, rows: m, inner: k, columns: n)
      }
    ).run()
  }

  @Test func squareOfOneTensorSumsBothGradients() {
    GradientCheck(
      leaves: [.normal("a", Shape(3, 3))],
      operation: { $0.matmul($1[0], $1[0]) },
      reference: { Reference.matmul($0[0], $0[0], rows: 3, inner: 3, columns: 3) }
    ).run()
  }
}
