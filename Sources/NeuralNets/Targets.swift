public import TensorCore

/// What a batch should give, and the loss that goes with it.
public enum Targets: Sendable, Equatable {
  /// Class labels in 0 ..< C, one a sequence: mean softmax cross entropy.
  case classes([Int32])
  /// Numbers, one a sequence: mean squared error.
  case values([Float])

  /// The number of sequences.
  public var count: Int {
    switch self {
    case .classes(let labels): labels.count
    case .values(let values): values.count
    }
  }

  /// The mean loss of predictions [B, C] as a scalar.
  public func loss(_ predictions: Tensor, tape: Tape) -> Tensor {
    switch self {
    case .classes(let labels): tape.crossEntropy(predictions, labels: labels)
    case .values(let values): tape.meanSquaredError(predictions, targets: values)
    }
  }
}
