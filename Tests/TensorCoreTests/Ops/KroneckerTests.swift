import TensorCore
import Testing

@Suite struct KroneckerTests {
  @Test(arguments: [(1, 1, 1, 1, 1), (1, 2, 3, 4, 5), (3, 2, 2, 1, 4)])
  func equalsReference(terms: Int, p: Int, q: Int, k: Int, l: Int) {
    GradientCheck(
      leaves: [.normal("a", Shape(terms * p, q)), .normal("b", Shape(terms * k, l))],
      operation: { $0.kroneckerSum($1[0], $1[1], terms: terms) },
      reference: { t in
        var c = [Double](repeating: 0, count: p * k * q * l)
        for term in 0..<terms {
          for row in 0..<p * k {
            for column in 0..<q * l {
              c[row * q * l + column] +=
                t[0][(term * p + row / k) * q + column / l]
                * t[1][(term * k + row % k) * l + column % l]
            }
          }
        }
        return c
      }
    ).run()
  }
}
