import CVectorKernels
import TensorCore
import Testing

/// The large products of the ops against plain sums in Double.
@Suite struct MatrixProductTests {
  struct Case: Sendable, CustomStringConvertible {
    let rows: Int
    let columns: Int
    let inner: Int

    var description: String { "[\(rows), \(inner)] · [\(inner), \(columns)]" }
  }

  /// Sizes around tiles of 6 rows, panels of 16 columns, blocks of 48 rows and of 384 inner elements.
  static let cases = [
    Case(rows: 1, columns: 1, inner: 1), Case(rows: 48, columns: 16, inner: 8),
    Case(rows: 49, columns: 17, inner: 9), Case(rows: 53, columns: 33, inner: 384),
    Case(rows: 7, columns: 5, inner: 385), Case(rows: 100, columns: 8, inner: 1000),
    Case(rows: 50, columns: 40, inner: 769), Case(rows: 61, columns: 16, inner: 9),
    Case(rows: 71, columns: 18, inner: 5), Case(rows: 66, columns: 3, inner: 17),
  ]

  private struct Operands {
    let a: [Float]
    /// [inner, columns], or [columns, inner] where it is transposed.
    let b: [Float]
    let start: [Float]
    let c: [Float]

    init(_ sample: Case) {
      a = Leaf.normal("a", Shape(sample.rows * sample.inner)).values
      b = Leaf.normal("b", Shape(sample.inner * sample.columns)).values
      start = Leaf.normal("start", Shape(sample.columns)).values
      c = Leaf.normal("c", Shape(sample.rows * sample.columns)).values
    }
  }

  private enum Beginning: CaseIterable {
    case zero, start, sum
  }

  private func product(
    _ sample: Case, _ operands: Operands, isTransposed: Bool, _ beginning: Beginning,
    rows: Int? = nil
  ) -> [Float] {
    var c = operands.c
    var panels = [Float](
      repeating: .nan, count: vk_packed_matrix_count(sample.columns, sample.inner))
    vk_pack_matrix(
      operands.b, isTransposed ? sample.inner : sample.columns, isTransposed ? 1 : 0,
      sample.columns, sample.inner, &panels)
    operands.start.withUnsafeBufferPointer { start in
      vk_packed_product(
        operands.a, sample.inner, panels, beginning == .start ? start.baseAddress : nil, &c,
        sample.columns, rows ?? sample.rows, sample.columns, sample.inner, 0.5,
        beginning == .sum ? 1 : 0)
    }
    return c
  }

  @Test(arguments: cases, [false, true])
  func equalsPlainSums(sample: Case, isTransposed: Bool) {
    let operands = Operands(sample)
    for beginning in Beginning.allCases {
      let c = product(sample, operands, isTransposed: isTransposed, beginning)
      for i in 0..<sample.rows {
        for j in 0..<sample.columns {
          var sum = 0.0
          for k in 0..<sample.inner {
            let b = isTransposed ? j * sample.inner + k : k * sample.columns + j
            sum += Double(operands.a[i * sample.inner + k]) * Double(operands.b[b])
          }
          let element = i * sample.columns + j
          let from: Float =
            switch beginning {
            case .zero: 0
            case .start: operands.start[j]
            case .sum: operands.c[element]
            }
          let error = abs(Double(c[element]) - (0.5 * sum + Double(from)))
          #expect(error < 1e-4, "\(sample), \(beginning), element \(i), \(j)")
        }
      }
    }
  }

  @Test(arguments: cases, [false, true])
  func aRowDoesNotDependOnTheOthers(sample: Case, isTransposed: Bool) {
    let operands = Operands(sample)
    let whole = product(sample, operands, isTransposed: isTransposed, .start)
    for rows in Set([1, sample.rows / 2, sample.rows - 1]) where rows > 0 {
      let part = product(sample, operands, isTransposed: isTransposed, .start, rows: rows)
      let count = rows * sample.columns
      #expect(part[..<count] == whole[..<count], "\(sample), the first \(rows) rows")
      #expect(part[count...] == operands.c[count...], "\(sample), rows that were not asked for")
    }
  }
}
