import TensorCore
import Testing

@Suite struct WalshHadamardTests {
  @Test(arguments: [1, 2, 16])
  func equalsTheMatrix(width: Int) {
    GradientCheck(
      leaves: [.normal("x", Shape(3, width))], operation: { $0.walshHadamard($1[0]) },
      reference: { t in
        (0..<3 * width).map { place -> Double in
          let (row, column) = (place / width, place % width)
          return (0..<width).reduce(0.0) { sum, index in
            let sign = (index & column).nonzeroBitCount.isMultiple(of: 2) ? 1.0 : -1.0
            return sum + sign * t[0][row * width + index]
          }
        }
      }
    ).run()
  }

  /// H H = 2^k I.
  @Test func twiceIsTheCount() {
    let values = (0..<64).map { Float($0) - 20 }
    Tape.evaluate { tape in
      let once = tape.walshHadamard(tape.constant(values, shape: Shape(1, 64)))
      #expect(tape.walshHadamard(once).array == values.map { 64 * $0 })
    }
  }
}
