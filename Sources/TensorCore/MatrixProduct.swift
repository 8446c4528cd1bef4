internal import CVectorKernels
internal import LinearAlgebra

/// Large matrix products of the ops: by our own kernel where it is the faster one, else by BLAS.
///
/// A tuned map multiplies thousands of rows by a weight of a few hundred columns, or by one of eight.
/// A library packs both operands and adds the bias in a pass of its own; our kernel reads the rows
/// where they lie and starts from the bias. It has one thread and is made for AVX2 without AVX-512,
/// so with more threads, and on other processors, the product is the library's.
enum MatrixProduct {
  /// Whether the processor is one that our kernel is made for.
  private static let isPreferred = vk_prefers_matrix_product() != 0

  static var isOwn: Bool { isPreferred && BLAS.threadCount == 1 }

  /// Floats of the largest packed part of op(B): [inner, columns].
  static func panelCount(columns: Int, inner: Int) -> Int {
    let panel = Int(VK_PANEL)
    let depth = min((inner + 7) / 8 * 8, Int(VK_BLOCK_INNER))
    return (columns + panel - 1) / panel * panel * depth
  }
}

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
    guard MatrixProduct.isOwn else {
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
    withScratch(MatrixProduct.panelCount(columns: columns, inner: inner)) { panels in
      vk_matrix_product(
        a, aStride, b, bStride, bTranspose == .none ? 0 : 1, start, c, cStride, rows, columns,
        inner, alpha, accumulates ? 1 : 0, panels)
    }
  }
}
