import NeuralNets
import TensorCore

/// Sums gradients of frozen maps before the first step and moves entries to the largest.
///
/// Nothing takes a step meanwhile. It takes 8 bytes a weight of the maps: the gradient and the sum.
///
/// Reference: arXiv 2211.15583, section 4.
final class GradientSelection: PreparatoryHook {
  private let entries: SparseEntries
  /// How many entries each map keeps; nil where all maps are compared together.
  private let counts: [Int]?
  private let statistic: SAM.Statistic
  private let batches: Int
  private(set) var isPrepared = false
  /// Of each map while the stage runs.
  private var sums: [[Float]] = []
  /// The weights that have a gradient because of this stage alone.
  private var watched: [Parameter] = []

  init(_ entries: SparseEntries, counts: [Int]?, statistic: SAM.Statistic, batches: Int) {
    self.entries = entries
    self.counts = counts
    self.statistic = statistic
    self.batches = batches
  }

  func batchCount(total: Int) -> Int { max(1, min(batches, total)) }

  func beginPreparation() {
    sums = entries.maps.map { [Float](repeating: 0, count: $0.weight.count) }
    watched = entries.maps.map(\.weight).filter { !$0.hasGradient }
    for weight in watched { weight.watchGradient() }
  }

  /// Nothing takes a step.
  var primedTensors: [AttachedTensor]? { nil }

  func afterBackward() {
    for (map, linear) in entries.maps.enumerated() {
      withExtendedLifetime(linear.weight) {
        let gradient = linear.weight.gradient
        switch statistic {
        case .sum: for index in gradient.indices { sums[map][index] += gradient[index] }
        case .squares:
          for index in gradient.indices { sums[map][index] += gradient[index] * gradient[index] }
        }
      }
    }
    for weight in watched { weight.zeroGradient() }
  }

  func endPreparation() {
    if let counts {
      entries.choose(
        zip(sums, counts).map { LargestEntries.choose($1, of: [$0])[0] })
    } else {
      entries.choose(LargestEntries.choose(entries.values.count, of: sums))
    }
    giveBack()
    isPrepared = true
  }

  func cancelPreparation() { giveBack() }

  private func giveBack() {
    for weight in watched { weight.freeze() }
    watched = []
    sums = []
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
