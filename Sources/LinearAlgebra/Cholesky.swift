import COpenBLAS
import RealModule

/// The triangular root of a symmetric positive-definite matrix.
///
/// A + ε I = L Lᵀ with L lower triangular. ε is zero where the factorisation succeeds as it is;
/// otherwise it climbs the ladder 10⁻¹⁰, 10⁻⁹ … 10⁻⁴ times the mean of the diagonal, so that a
/// matrix that is singular only by rounding (coincident inputs) still factorises. The step that was
/// needed is kept in `jitter` (GPyTorch's `psd_safe_cholesky` climbs in the same way).
///
/// Only the lower triangle of A is read. Complexity: n³/3 multiply-adds, LAPACK `dpotrf`.
public struct Cholesky: Sendable {
  /// L, with zeros above the diagonal.
  public let lower: Matrix
  /// ε, what was added to the diagonal.
  public let jitter: Double

  /// n, the number of rows.
  public var order: Int { lower.rows }

  /// Factorises a matrix.
  ///
  /// - Throws: `CholeskyError.notSquare`, `.notFinite` (a NaN or an infinity at a named place), or
  ///   `.notPositiveDefinite` when even the largest ε does not help.
  public init(_ matrix: Matrix) throws(CholeskyError) {
    guard matrix.rows == matrix.columns else {
      throw .notSquare(rows: matrix.rows, columns: matrix.columns)
    }
    let order = matrix.rows
    for i in 0..<order {
      for j in 0...i where !matrix[i, j].isFinite {
        throw .notFinite(row: i, column: j, value: matrix[i, j])
      }
    }
    let diagonal = (0..<order).reduce(0.0) { $0 + abs(matrix[$1, $1]) } / Double(max(order, 1))
    var minor = 0
    for step in Self.ladder {
      var attempt = matrix
      let jitter = step * diagonal
      for i in 0..<order { attempt[i, i] += jitter }
      minor = Self.factorise(&attempt)
      if minor == 0 {
        for i in 0..<order {
          for j in (i + 1)..<max(order, i + 1) { attempt[i, j] = 0 }
        }
        lower = attempt
        self.jitter = jitter
        return
      }
    }
    throw .notPositiveDefinite(
      order: order, minor: minor, jitter: (Self.ladder.last ?? 0) * diagonal)
  }

  /// The root of the identity.
  public init(identity order: Int) {
    lower = .identity(order)
    jitter = 0
  }

  static let ladder: [Double] = [0, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4]

  /// 0 when it succeeded, else the order of the first leading minor that is not positive.
  private static func factorise(_ matrix: inout Matrix) -> Int {
    // By rows and lower is by columns and upper: LAPACK sees the transpose.
    var order = Int32(matrix.rows)
    var info: Int32 = 0
    guard order > 0 else { return 0 }
    matrix.values.withUnsafeMutableBufferPointer { storage in
      var stride = order
      BLAS.prepare()
      dpotrf_("U", &order, storage.baseAddress, &stride, &info)
    }
    return Int(info)
  }

  /// log |A + ε I| = 2 Σ log Lᵢᵢ.
  public var logDeterminant: Double {
    (0..<order).reduce(0) { $0 + 2 * Double.log(lower[$1, $1]) }
  }

  /// x with (A + ε I) x = b.
  public func solve(_ b: [Double]) -> [Double] {
    solve(Matrix(rows: b.count, columns: 1, values: b)).values
  }

  /// X with (A + ε I) X = B; B: [n, m] → X: [n, m].
  public func solve(_ b: Matrix) -> Matrix {
    triangularSolve(triangularSolve(b, .none), .transposed)
  }

  /// L⁻¹ B (or L⁻ᵀ B); B: [n, m] → [n, m].
  public func triangularSolve(_ b: Matrix, _ transpose: BLAS.Transpose = .none) -> Matrix {
    precondition(
      b.rows == order, "Cholesky.triangularSolve: \(order) rows expected, got \(b.rows)")
    var result = b
    guard order > 0, b.columns > 0 else { return result }
    lower.values.withUnsafeBufferPointer { factor in
      result.values.withUnsafeMutableBufferPointer { out in
        BLAS.prepare()
        cblas_dtrsm(
          CblasRowMajor, CblasLeft, CblasLower, transpose.flag, CblasNonUnit, Int32(order),
          Int32(b.columns), 1, factor.baseAddress, Int32(order), out.baseAddress,
          Int32(b.columns))
      }
    }
    return result
  }

  /// (A + ε I)⁻¹, symmetric.
  public func inverse() -> Matrix {
    var result = lower
    guard order > 0 else { return result }
    var size = Int32(order)
    var info: Int32 = 0
    result.values.withUnsafeMutableBufferPointer { storage in
      var stride = size
      BLAS.prepare()
      dpotri_("U", &size, storage.baseAddress, &stride, &info)
    }
    // A factor has no zero on its diagonal, the only fault that dpotri reports.
    for i in 0..<order {
      for j in 0..<i { result[j, i] = result[i, j] }
    }
    return result
  }
}

/// Why a matrix has no Cholesky factor.
public enum CholeskyError: Error, Equatable {
  case notSquare(rows: Int, columns: Int)
  case notFinite(row: Int, column: Int, value: Double)
  case notPositiveDefinite(order: Int, minor: Int, jitter: Double)
}

extension CholeskyError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notSquare(let rows, let columns):
      return "Cholesky: the matrix must be square, got \(rows) × \(columns)."
    case .notFinite(let row, let column, let value):
      return "Cholesky: element (\(row), \(column)) must be a finite number, got \(value)."
    case .notPositiveDefinite(let order, let minor, let jitter):
      return "Cholesky: the matrix of order \(order) is not positive definite: its leading minor "
        + "of order \(minor) is not positive even with \(jitter) added to the diagonal."
    }
  }
}
