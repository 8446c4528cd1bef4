internal import CVectorKernels
internal import LinearAlgebra

extension Tape {
  /// C ← α · A · op(B) + start, or + C where it accumulates.
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
    withRightOperand(b, bTranspose, stride: bStride, columns: columns, inner: inner) {
      $0.multiply(
        a, stride: aStride, into: c, stride: cStride, rows: rows, alpha: alpha,
        accumulates: accumulates, start: start)
    }
  }

  /// Makes op(B) [inner, columns] ready for products with several blocks of rows.
  func withRightOperand(
    _ b: UnsafePointer<Float>, _ transpose: BLAS.Transpose, stride: Int, columns: Int, inner: Int,
    _ body: (RightOperand) -> Void
  ) {
    precondition(inner > 0, "multiply: the inner extent must be at least 1, got \(inner)")
    func operand(_ panels: UnsafePointer<Float>?) -> RightOperand {
      RightOperand(
        values: b, transpose: transpose, stride: stride, columns: columns, inner: inner,
        panels: panels)
    }
    guard RightOperand.arePanelsPreferred else { return body(operand(nil)) }
    withScratch(vk_packed_matrix_count(columns, inner)) { panels in
      vk_pack_matrix(b, stride, transpose == .none ? 0 : 1, columns, inner, panels)
      body(operand(panels))
    }
  }
}

/// The right operand of matrix products, op(B) [inner, columns].
///
/// Products with it are made by our own kernel on one thread of a processor that it is made for, by
/// BLAS elsewhere: a library packs both operands each time and takes the start as a matrix, ours
/// packs the right one once and reads the rows of the left one where they lie.
struct RightOperand {
  private static let isKernelPreferred = vk_prefers_packed_product() != 0
  static var arePanelsPreferred: Bool { isKernelPreferred && BLAS.threadCount == 1 }

  fileprivate let values: UnsafePointer<Float>
  fileprivate let transpose: BLAS.Transpose
  fileprivate let stride: Int
  let columns: Int
  let inner: Int
  /// The packed form; nil where BLAS multiplies.
  fileprivate let panels: UnsafePointer<Float>?

  /// The rows of a product that stay in the cache, where an elementwise function comes before or
  /// behind it: our kernel's own block, or as many as fill the threads of a library.
  func blockRows(of rows: Int) -> Int { panels == nil ? rows : min(rows, Int(VK_BLOCK_ROWS)) }

  /// C ← α · A · op(B) + start, or + C where it accumulates; A: [rows, inner].
  func multiply(
    _ a: UnsafePointer<Float>, stride aStride: Int,
    into c: UnsafeMutablePointer<Float>, stride cStride: Int,
    rows: Int, alpha: Float = 1, accumulates: Bool = false, start: UnsafePointer<Float>? = nil
  ) {
    if let panels {
      vk_packed_product(
        a, aStride, panels, start, c, cStride, rows, columns, inner, alpha, accumulates ? 1 : 0)
      return
    }
    let isStarted = start != nil && !accumulates
    if let start, isStarted {
      precondition(cStride == columns, "multiply: a start needs rows without gaps")
      vk_fill_rows(start, c, rows, columns)
    }
    BLAS.multiply(
      a, .none, stride: aStride, values, transpose, stride: stride, into: c, stride: cStride,
      rows: rows, columns: columns, inner: inner, alpha: alpha,
      beta: accumulates || isStarted ? 1 : 0)
  }
}
