import COpenBLAS

/// The thin singular value decomposition of a matrix: A = U diag(S) Vᵀ.
///
/// A: [rows, columns] and k = min(rows, columns). LAPACK `dgesdd`; about 20 · rows · columns · k
/// multiply-adds.
public struct SingularValues: Sendable {
  /// S, k values from the largest to the smallest.
  public let values: [Double]
  /// U, row-major [rows, k].
  public let left: [Double]
  /// Vᵀ, row-major [k, columns].
  public let right: [Double]

  /// Decomposes a row-major matrix of finite numbers, with at least one row and one column.
  public init(_ matrix: [Double], rows: Int, columns: Int) {
    precondition(
      rows > 0 && columns > 0 && matrix.count == rows * columns,
      "SingularValues: \(matrix.count) values are no [\(rows), \(columns)] matrix")
    BLAS.prepare()
    // By rows is by columns transposed: LAPACK decomposes Aᵀ = V S Uᵀ.
    var (m, n, count) = (Int32(columns), Int32(rows), Int32(min(rows, columns)))
    var input = matrix
    var values = [Double](repeating: 0, count: Int(count))
    var right = [Double](repeating: 0, count: Int(count) * columns)
    var left = [Double](repeating: 0, count: Int(count) * rows)
    var integers = [Int32](repeating: 0, count: 8 * Int(count))
    var size = 0.0
    var info: Int32 = 0
    var query: Int32 = -1
    dgesdd_(
      "S", &m, &n, &input, &m, &values, &right, &m, &left, &count, &size, &query, &integers, &info)
    var length = Int32(size)
    var work = [Double](repeating: 0, count: Int(length))
    dgesdd_(
      "S", &m, &n, &input, &m, &values, &right, &m, &left, &count, &work, &length, &integers,
      &info)
    precondition(info == 0, "SingularValues: dgesdd ended with \(info); are all values finite?")
    self.values = values
    self.left = left
    self.right = right
  }
}
