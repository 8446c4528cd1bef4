internal import CVectorKernels
internal import LinearAlgebra

extension Tape {
  /// Whether the processor is one that our kernel is made for.
  private static let prefersOwnProduct = vk_prefers_matrix_product() != 0

  /// C ← α · A · op(B) + start, or + C where it accumulates.
  ///
  /// By our own kernel on one thread of a processor that it is made for, by BLAS elsewhere: a library
  /// packs both operands and takes the start as a matrix, ours reads the rows where they lie.
  ///
  /// A: [rows, inner], op(B): [inner, columns], C: [rows, columns], start: [columns], the beginning
  /// of every row, which is left out where C is added to. Each `stride` is the distance in elements
  /// between two stored rows.
  func multiply(
    _ a: UnsafePointer<Float>, stride aStride: Int,
    _ b: UnsafePointer<Float>, _ bTranspose: BLAS.Transpose, stride bStride: Int,
    into c: UnsafeMutablePointer<Float>, stride cStride: Int,
    rows: Int, columns: Int, inner: Int, alpha: Float = 1, accumulates: Bool = false,
    start: UnsafePointer<Float>? = nil
  ) {
    precondition(inner > 0, "multiply: the inner extent must be at least 1, got \(inner)")
    guard Self.prefersOwnProduct && BLAS.threadCount == 1 else {
      let isStarted = start != nil && !accumulates
      if let start, isStarted {
        precondition(cStride == columns, "multiply: a start needs rows without gaps")
        vk_fill_rows(start, c, rows, columns)
      }
      BLAS.multiply(
        a, .none, stride: aStride, b, bTranspose, stride: bStride, into: c, stride: cStride,
        rows: rows, columns: columns, inner: inner, alpha: alpha,
        beta: accumulates || isStarted ? 1 : 0)
      return
    }
    withScratch(vk_matrix_product_panels(columns, inner)) { panels in
      vk_matrix_product(
        a, aStride, b, bStride, bTranspose == .none ? 0 : 1, start, c, cStride, rows, columns,
        inner, alpha, accumulates ? 1 : 0, panels)
    }
  }
}
