import NeuralNets
import TensorCore

/// What the values of several maps mean: factors of dense maps, then single entries.
///
/// The values start with A [r, in] and B [out, r] of each dense map, row-major and in the order of
/// the maps; single entries of any maps follow.
struct SensitivityLayout {
  /// The factors of one dense map.
  struct Factors {
    let a: Range<Int>
    let b: Range<Int>
  }

  /// nil for a map without factors.
  let factors: [Factors?]
  let sparse: SparseLayout
  /// Values before the first single entry.
  let denseCount: Int

  init(isDense: [Bool], rank: Int, maps: [Linear], sparse: (_ start: Int) -> SparseLayout) {
    var start = 0
    factors = zip(isDense, maps).map { isDense, map in
      guard isDense else { return nil }
      let middle = start + rank * map.inputWidth
      let own = Factors(a: start..<middle, b: middle..<middle + rank * map.outputWidth)
      start = own.b.upperBound
      return own
    }
    denseCount = start
    self.sparse = sparse(start)
  }
}
