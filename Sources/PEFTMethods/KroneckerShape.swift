/// The extents of two factors whose Kronecker product is a matrix: [out, in] = [p, q] ⊗ [k, l].
struct KroneckerShape: Equatable {
  let outerRows: Int
  let outerColumns: Int
  let innerRows: Int
  let innerColumns: Int

  /// The factors for a map, each extent split by the same rule.
  ///
  /// - Parameter factor: as in `split`.
  init(output: Int, input: Int, factor: Int) {
    (outerRows, innerRows) = Self.split(output, factor: factor)
    (outerColumns, innerColumns) = Self.split(input, factor: factor)
  }

  /// Two whole numbers whose product is an extent, the smaller one first.
  ///
  /// It is (factor, extent / factor) where that divides; else the pair of least sum whose smaller
  /// number is at most the factor. 0 sets no bound: 768 = 24 · 32.
  /// Reference: `factorization` of KohakuBlueleaf/LyCORIS and of PEFT src/peft/tuners/lokr/layer.py.
  static func split(_ extent: Int, factor: Int) -> (Int, Int) {
    if factor > 0, extent % factor == 0 { return (factor, extent / factor) }
    let limit = factor > 0 ? factor : extent
    var best = (1, extent)
    for small in 1...max(1, extent) where small * small <= extent {
      guard extent % small == 0, small <= limit, small + extent / small <= best.0 + best.1 else {
        continue
      }
      best = (small, extent / small)
    }
    return best
  }

  /// Elements of both factors.
  var count: Int { outerRows * outerColumns + innerRows * innerColumns }
}
