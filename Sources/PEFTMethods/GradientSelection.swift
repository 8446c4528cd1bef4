import NeuralNets
import TensorCore

/// Sums gradients of frozen maps before the first step and moves entries to the largest.
///
/// Nothing takes a step meanwhile.
///
/// Reference: arXiv 2211.15583, section 4.
final class GradientSelection: PreparatoryHook {
  private let entries: SparseEntries
  /// How many entries each map keeps; nil where all maps are compared together.
  private let counts: [Int]?
  private let batches: Int
  private let gradients: GradientSums
  private(set) var isPrepared = false

  init(_ entries: SparseEntries, counts: [Int]?, statistic: SAM.Statistic, batches: Int) {
    self.entries = entries
    self.counts = counts
    self.batches = batches
    gradients = GradientSums(entries.maps, squares: statistic == .squares)
  }

  func batchCount(total: Int) -> Int { max(1, min(batches, total)) }

  func beginPreparation() { gradients.begin() }

  /// Nothing takes a step.
  var primedTensors: [AttachedTensor]? { nil }

  func afterBackward() { gradients.add() }

  func cancelPreparation() { gradients.end() }

  func endPreparation() {
    if let counts {
      entries.choose(
        zip(gradients.sums, counts).map { LargestEntries.choose($1, of: [$0])[0] })
    } else {
      entries.choose(LargestEntries.choose(entries.values.count, of: gradients.sums))
    }
    gradients.end()
    isPrepared = true
  }

  var state: [(name: String, values: [Float])] {
    let positions = entries.positions.parameter
    return [
      (positions.path, positions.array), ("\(positions.path).is-selected", [isPrepared ? 1 : 0]),
    ]
  }

  func restore(_ values: [[Float]]) {
    entries.positions.parameter.assign(values[0])
    isPrepared = values[1] == [1]
  }
}
