import COpenBLAS

/// Matrix products in single and double precision, row-major, over raw storage.
///
/// Transposes are flags, never copies; gradients accumulate with `beta = 1`.
public enum BLAS {
  /// Whether an operand enters a product as it is stored or transposed.
  public enum Transpose: Sendable {
    case none
    case transposed

    var flag: CBLAS_TRANSPOSE { self == .none ? CblasNoTrans : CblasTrans }
  }

  /// C ← α · op(A) · op(B) + β · C in single precision.
  ///
  /// op(A): [rows, inner], op(B): [inner, columns], C: [rows, columns]; each `stride` is the
  /// distance in elements between two stored rows.
  @inlinable
  public static func multiply(
    _ a: UnsafePointer<Float>, _ aTranspose: Transpose, stride aStride: Int,
    _ b: UnsafePointer<Float>, _ bTranspose: Transpose, stride bStride: Int,
    into c: UnsafeMutablePointer<Float>, stride cStride: Int,
    rows: Int, columns: Int, inner: Int, alpha: Float = 1, beta: Float = 0
  ) {
    sgemm(
      a, aTranspose, aStride, b, bTranspose, bStride, c, cStride, rows, columns, inner, alpha, beta)
  }

  @usableFromInline
  static func sgemm(
    _ a: UnsafePointer<Float>, _ aTranspose: Transpose, _ aStride: Int,
    _ b: UnsafePointer<Float>, _ bTranspose: Transpose, _ bStride: Int,
    _ c: UnsafeMutablePointer<Float>, _ cStride: Int,
    _ rows: Int, _ columns: Int, _ inner: Int, _ alpha: Float, _ beta: Float
  ) {
    prepare()
    cblas_sgemm(
      CblasRowMajor, aTranspose.flag, bTranspose.flag, Int32(rows), Int32(columns), Int32(inner),
      alpha, a, Int32(aStride), b, Int32(bStride), beta, c, Int32(cStride))
  }

  /// C ← α · op(A) · op(B) + β · C in double precision; shapes as for single precision.
  public static func multiply(
    _ a: UnsafePointer<Double>, _ aTranspose: Transpose, stride aStride: Int,
    _ b: UnsafePointer<Double>, _ bTranspose: Transpose, stride bStride: Int,
    into c: UnsafeMutablePointer<Double>, stride cStride: Int,
    rows: Int, columns: Int, inner: Int, alpha: Double = 1, beta: Double = 0
  ) {
    prepare()
    cblas_dgemm(
      CblasRowMajor, aTranspose.flag, bTranspose.flag, Int32(rows), Int32(columns), Int32(inner),
      alpha, a, Int32(aStride), b, Int32(bStride), beta, c, Int32(cStride))
  }

  /// Sets how many threads a product may use; a worker calls this once, at its start.
  ///
  /// One thread is the default in every process, whatever the machine has, for two reasons: results
  /// must not depend on the number of cores, and the thread pool of OpenBLAS 0.3.21 can deadlock
  /// when several threads of a program use it at the same time.
  public static func setThreadCount(_ count: Int) {
    prepare()
    guard openblas_get_num_threads() != Int32(count) else { return }
    openblas_set_num_threads(Int32(count))
  }

  /// The number of threads that a product may use.
  public static var threadCount: Int {
    prepare()
    return Int(openblas_get_num_threads())
  }

  /// Sets the default number of threads before the first product; every entry calls it.
  @inline(__always)
  static func prepare() { _ = isPrepared }

  private static let isPrepared: Bool = {
    openblas_set_num_threads(1)
    return true
  }()

  /// The library's own description of its version and of the kernels chosen for this processor.
  public static var description: String {
    let config = openblas_get_config().map { String(cString: $0) } ?? "OpenBLAS"
    let core = openblas_get_corename().map { String(cString: $0) } ?? "unknown core"
    return "\(config) [\(core)]"
  }
}
