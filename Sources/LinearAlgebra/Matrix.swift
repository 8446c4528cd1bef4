import COpenBLAS

/// A dense matrix of Doubles, stored by rows.
///
/// It is the value type of the search side (kernels, Cholesky factors); the training side has its
/// own single-precision tensors.
public struct Matrix: Sendable, Equatable {
  public let rows: Int
  public let columns: Int
  /// Element (i, j) is at i · columns + j.
  public var values: [Double]

  /// A matrix with one value everywhere.
  public init(rows: Int, columns: Int, repeating value: Double = 0) {
    precondition(rows >= 0 && columns >= 0, "Matrix: negative size \(rows) × \(columns)")
    self.rows = rows
    self.columns = columns
    values = Array(repeating: value, count: rows * columns)
  }

  /// A matrix over values that are already in row order.
  public init(rows: Int, columns: Int, values: [Double]) {
    precondition(
      values.count == rows * columns,
      "Matrix: \(rows) × \(columns) needs \(rows * columns) values, got \(values.count)")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// The identity of an order.
  public static func identity(_ order: Int) -> Matrix {
    var matrix = Matrix(rows: order, columns: order)
    for i in 0..<order { matrix[i, i] = 1 }
    return matrix
  }

  public subscript(row: Int, column: Int) -> Double {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  /// The values of one row.
  public func row(_ index: Int) -> ArraySlice<Double> {
    values[index * columns..<(index + 1) * columns]
  }

  /// The matrix with rows and columns exchanged.
  public var transposed: Matrix {
    var result = Matrix(rows: columns, columns: rows)
    for i in 0..<rows {
      for j in 0..<columns { result[j, i] = self[i, j] }
    }
    return result
  }

  /// Σᵢ A²ᵢⱼ of each column j.
  public var columnSquares: [Double] {
    var sums = Array(repeating: 0.0, count: columns)
    values.withUnsafeBufferPointer { source in
      sums.withUnsafeMutableBufferPointer { out in
        for i in 0..<rows {
          let start = i * columns
          for j in 0..<columns { out[j] += source[start + j] * source[start + j] }
        }
      }
    }
    return sums
  }

  /// A · B.
  public static func product(_ a: Matrix, _ b: Matrix) -> Matrix {
    product(a, .none, b, .none)
  }

  /// op(A) · op(B), with transposition as a flag.
  public static func product(
    _ a: Matrix, _ aTranspose: BLAS.Transpose, _ b: Matrix, _ bTranspose: BLAS.Transpose
  ) -> Matrix {
    let (rows, inner) = aTranspose == .none ? (a.rows, a.columns) : (a.columns, a.rows)
    let (other, columns) = bTranspose == .none ? (b.rows, b.columns) : (b.columns, b.rows)
    precondition(
      inner == other,
      "Matrix.product: \(rows) × \(inner) times \(other) × \(columns) does not fit")
    var result = Matrix(rows: rows, columns: columns)
    guard rows > 0, columns > 0, inner > 0 else { return result }
    a.values.withUnsafeBufferPointer { left in
      b.values.withUnsafeBufferPointer { right in
        result.values.withUnsafeMutableBufferPointer { out in
          guard let left = left.baseAddress, let right = right.baseAddress,
            let out = out.baseAddress
          else { return }
          BLAS.multiply(
            left, aTranspose, stride: a.columns, right, bTranspose, stride: b.columns, into: out,
            stride: columns, rows: rows, columns: columns, inner: inner)
        }
      }
    }
    return result
  }

  /// op(A) · x, with transposition as a flag.
  public func times(_ vector: [Double], _ transpose: BLAS.Transpose = .none) -> [Double] {
    let (inner, count) = transpose == .none ? (columns, rows) : (rows, columns)
    precondition(
      vector.count == inner, "Matrix.times: \(inner) numbers expected, got \(vector.count)")
    var result = Array(repeating: 0.0, count: count)
    guard inner > 0, count > 0 else { return result }
    BLAS.prepare()
    cblas_dgemv(
      CblasRowMajor, transpose.flag, Int32(rows), Int32(columns), 1, values, Int32(columns), vector,
      1, 0, &result, 1)
    return result
  }
}
