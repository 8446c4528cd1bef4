import CVectorKernels
import TensorCore
import Testing

/// The small products of attention against plain sums in Double.
@Suite struct PanelProductTests {
  struct Case: Sendable, CustomStringConvertible {
    let rows: Int
    let columns: Int
    let inner: Int
    /// Rows of the right operand that lie in another matrix.
    var first = 0

    var description: String { "[\(rows), \(inner)] · [\(inner), \(columns)], \(first) rows apart" }
  }

  /// Sizes around tiles of six and of twelve rows, panels of sixteen columns, and blocks of eight.
  static let cases = [
    Case(rows: 1, columns: 1, inner: 1), Case(rows: 6, columns: 16, inner: 8),
    Case(rows: 7, columns: 17, inner: 9), Case(rows: 5, columns: 15, inner: 7),
    Case(rows: 12, columns: 33, inner: 32, first: 1), Case(rows: 20, columns: 48, inner: 64),
    Case(rows: 3, columns: 40, inner: 16, first: 10),
    Case(rows: 11, columns: 3, inner: 5, first: 2), Case(rows: 18, columns: 16, inner: 8),
    Case(rows: 23, columns: 17, inner: 9), Case(rows: 13, columns: 5, inner: 3),
  ]

  private func numbers(_ name: String, _ count: Int) -> [Float] {
    Leaf.normal(name, Shape(count)).values
  }

  private func check(
    _ sample: Case, _ result: [Float], _ start: [Float], _ a: (Int, Int) -> Float,
    _ b: (Int, Int) -> Float, accumulates: Bool
  ) {
    for i in 0..<sample.rows {
      for j in 0..<sample.columns {
        let sum = (0..<sample.inner).reduce(0.0) { $0 + Double(a(i, $1)) * Double(b($1, j)) }
        let expected = 0.5 * sum + (accumulates ? Double(start[i * sample.columns + j]) : 0)
        let error = abs(Double(result[i * sample.columns + j]) - expected)
        #expect(error < 2e-5, "\(sample), element \(i), \(j)")
      }
    }
  }

  /// B is stored [inner, columns]; A is read as it is stored and transposed.
  @Test(arguments: cases, [false, true])
  func rowsArePacked(sample: Case, accumulates: Bool) {
    let (m, n, k) = (sample.rows, sample.columns, sample.inner)
    let first = min(sample.first, k)
    let (a, b) = (numbers("a", m * k), numbers("b", k * n))
    let start = numbers("c", m * n)
    var panels = [Float](repeating: .nan, count: (n + 15) / 16 * 16 * k)
    b.withUnsafeBufferPointer { b in
      let stack = vk_stack(
        first: b.baseAddress, first_rows: first, second: b.baseAddress.map { $0 + first * n },
        second_rows: k - first, stride: n)
      vk_pack_rows(stack, n, &panels)
    }
    for isTransposed in [false, true] {
      var c = start
      vk_panel_product(
        a, isTransposed ? 1 : k, isTransposed ? m : 1, panels, &c, n, m, n, k, 0.5,
        accumulates ? 1 : 0)
      check(
        sample, c, start, { i, l in isTransposed ? a[l * m + i] : a[i * k + l] },
        { l, j in b[l * n + j] }, accumulates: accumulates)
    }
  }

  /// B is stored transposed, [columns, inner].
  @Test(arguments: cases)
  func columnsArePacked(sample: Case) {
    let (m, n, k) = (sample.rows, sample.columns, sample.inner)
    let first = min(sample.first, n)
    let (a, b) = (numbers("a", m * k), numbers("b", n * k))
    var panels = [Float](repeating: .nan, count: (n + 15) / 16 * 16 * k)
    b.withUnsafeBufferPointer { b in
      let stack = vk_stack(
        first: b.baseAddress, first_rows: first, second: b.baseAddress.map { $0 + first * k },
        second_rows: n - first, stride: k)
      vk_pack_columns(stack, k, &panels)
    }
    var c = [Float](repeating: .nan, count: m * n)
    vk_panel_product(a, k, 1, panels, &c, n, m, n, k, 0.5, 0)
    check(
      sample, c, c, { i, l in a[i * k + l] }, { l, j in b[j * k + l] }, accumulates: false)
  }
}
