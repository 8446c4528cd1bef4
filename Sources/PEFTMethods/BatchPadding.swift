import NeuralNets
import TensorCore

/// Pads every sequence to the longest of its batch, as the authors' code of gated methods does.
final class BatchPadding: EmbeddingAdapter {
  var rowCount: Int { 0 }
  var padsSequences: Bool { true }
  var parameters: [Parameter] { [] }
  var canonicalForm: CanonicalForm { .padding }

  func rows(tape: Tape) -> Tensor? { nil }
}
