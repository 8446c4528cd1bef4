import NeuralNets
import TensorCore

/// What the values of several maps mean: factors of dense maps, then single entries.
///
/// The values start with A [r, in] and B [out, r] of each dense map, row-major and in the order of
/// the maps, each followed by its bias where the module has them; single entries of any maps follow.
struct SensitivityLayout {
  /// The factors of one dense map.
  struct Factors {
    let a: Range<Int>
    /// [r], of a bottleneck.
    let aBias: Range<Int>
    let b: Range<Int>
    /// [out], of a bottleneck.
    let bBias: Range<Int>
  }

  /// nil for a map without factors.
  let factors: [Factors?]
  let sparse: SparseLayout
  /// Values before the first single entry.
  let denseCount: Int

  init(
    isDense: [Bool], module: SensitivityModule, rank: Int, maps: [Linear],
    sparse: (_ start: Int) -> SparseLayout
  ) {
    var start = 0
    func next(_ count: Int) -> Range<Int> {
      defer { start += count }
      return start..<start + count
    }
    let hasBiases = module == .bottleneck
    factors = zip(isDense, maps).map { isDense, map in
      guard isDense else { return nil }
      return Factors(
        a: next(rank * map.inputWidth), aBias: next(hasBiases ? rank : 0),
        b: next(rank * map.outputWidth), bBias: next(hasBiases ? map.outputWidth : 0))
    }
    denseCount = start
    self.sparse = sparse(start)
  }
}
