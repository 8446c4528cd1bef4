import NeuralNets
import TensorCore

/// Sums of the gradients of frozen weights, or of their squares, over batches.
///
/// It takes 8 bytes a weight while it runs: the gradient and the sum.
final class GradientSums {
  private let weights: [Parameter]
  private let squares: Bool
  /// Of each weight; empty before `begin` and after `end`.
  private(set) var sums: [[Float]] = []
  /// The weights that have a gradient because of these sums alone.
  private var watched: [Parameter] = []

  init(_ maps: [Linear], squares: Bool) {
    weights = maps.map(\.weight)
    self.squares = squares
  }

  func begin() {
    sums = weights.map { [Float](repeating: 0, count: $0.count) }
    watched = weights.filter { !$0.hasGradient }
    for weight in watched { weight.watchGradient() }
  }

  /// Adds the gradients of one batch.
  func add() {
    for (map, weight) in weights.enumerated() {
      withExtendedLifetime(weight) {
        let gradient = weight.gradient
        for index in gradient.indices {
          sums[map][index] += squares ? gradient[index] * gradient[index] : gradient[index]
        }
      }
    }
    for weight in watched { weight.zeroGradient() }
  }

  func end() {
    for weight in watched { weight.freeze() }
    watched = []
    sums = []
  }
}
