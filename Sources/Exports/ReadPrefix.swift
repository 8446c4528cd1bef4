import NeuralNets
import TensorCore

/// The keys and values of one layer, [P, D] each, as they stand in a file.
final class ReadPrefix: AttentionAdapter {
  private let keys: Parameter
  private let values: Parameter

  init(keys: Parameter, values: Parameter) {
    self.keys = keys
    self.values = values
  }

  var parameters: [Parameter] { [] }

  var canonicalForm: CanonicalForm {
    .prefix(keys: keys.array, values: values.array, length: keys.shape[0])
  }

  func prefix(_ x: Tensor, tape: Tape) -> AttentionPrefix {
    AttentionPrefix(keys: tape.parameter(keys), values: tape.parameter(values))
  }
}
