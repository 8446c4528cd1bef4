import NeuralNets
import TensorCore

/// The update of one map: its single entries, and x Aᵀ Bᵀ where it is dense.
final class SensitivityAdapter: FoldableAdapter {
  private let selection: SensitivitySelection
  private let map: Int
  private let rank: Int

  init(_ selection: SensitivitySelection, map: Int, rank: Int) {
    self.selection = selection
    self.map = map
    self.rank = rank
  }

  var parameters: [Parameter] { [selection.values] }

  var isAffine: Bool { true }

  func adapted(_ y: Tensor, input x: Tensor, tape: Tape) -> Tensor {
    let sum = selection.entriesAdded(to: y, input: x, map: map, tape: tape)
    guard let factors = selection.layout.factors[map] else { return sum }
    let a = tape.reshape(selection.part(factors.a, tape: tape), Shape(rank, x.columns))
    let b = tape.reshape(selection.part(factors.b, tape: tape), Shape(y.columns, rank))
    return tape.lowRankUpdate(sum, input: x, a: a, b: b, scale: 1)
  }

  private var pair: CanonicalForm.LowRankPair? {
    let linear = selection.maps[map]
    let values = selection.values.array
    return selection.layout.factors[map].map { factors in
      CanonicalForm.LowRankPair(
        a: Array(values[factors.a]), b: Array(values[factors.b]), rank: rank,
        inputWidth: linear.inputWidth, outputWidth: linear.outputWidth, scale: 1)
    }
  }

  private var entries: CanonicalForm.SparseDelta {
    let layout = selection.layout
    return layout.sparse.delta(
      of: map, values: Array(selection.values.array[layout.denseCount...]))
  }

  var canonicalForm: CanonicalForm {
    guard let pair else { return .sparse(entries) }
    return entries.values.isEmpty ? .lowRank(pair) : .other
  }

  func fold(into folded: inout FoldedMap) {
    folded.add(entries)
    if let pair { folded.add(pair) }
  }
}
