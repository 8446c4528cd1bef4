import NeuralNets
import TensorCore

/// Positions of the text that start later, without a row in front of it.
final class PositionShift: EmbeddingAdapter {
  let positionShift: Int

  init(_ positionShift: Int) {
    self.positionShift = positionShift
  }

  var rowCount: Int { 0 }
  var parameters: [Parameter] { [] }
  var canonicalForm: CanonicalForm { .positionShift(positionShift) }

  func rows(tape: Tape) -> Tensor? { nil }
}
