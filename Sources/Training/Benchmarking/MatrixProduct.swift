internal import LinearAlgebra

/// The machine's own matrix product: [2048, 384] · [384, 1536] in single precision.
struct MatrixProduct {
  private static let (rows, inner, columns) = (2048, 384, 1536)
  private let a = [Float](repeating: 0.5, count: rows * inner)
  private let b = [Float](repeating: 0.25, count: inner * columns)
  private var c = [Float](repeating: 0, count: rows * columns)

  /// Operations of one product.
  static let operations = 2 * Double(rows * inner * columns)

  /// 10⁹ operations per second of the best of some products, measured now on one thread.
  static func gigaflops() -> Double {
    var product = MatrixProduct()
    _ = product.measured(count: 1)
    return (0..<8).reduce(0) { best, _ in
      var watch = Stopwatch()
      watch.measure(operations: operations) { _ = product.measured(count: 1) }
      return max(best, watch.rate * 1e-9)
    }
  }

  /// Computes the product some times; one of its elements, so that it is not left out.
  mutating func measured(count: Int) -> Float {
    for _ in 0..<count {
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          c.withUnsafeMutableBufferPointer { c in
            guard let left = a.baseAddress, let right = b.baseAddress, let out = c.baseAddress
            else { return }
            BLAS.multiply(
              left, .none, stride: Self.inner, right, .none, stride: Self.columns, into: out,
              stride: Self.columns, rows: Self.rows, columns: Self.columns, inner: Self.inner)
          }
        }
      }
    }
    return c[0]
  }
}
