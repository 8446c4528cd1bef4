public import TensorCore

/// Turns hidden states into one row of logits (or one number) per sequence.
public protocol PredictionHead: AnyObject {
  /// C: classes, or 1 for regression.
  var outputCount: Int { get }
  /// The head's own parameters, named relative to the head, in a fixed order.
  ///
  /// A pooler of the checkpoint belongs to the backbone and is not among them.
  var parameters: [NamedParameter] { get }
  /// hidden: [T, D] → [B, C].
  func logits(hidden: Tensor, batch: PackedBatch, tape: Tape) -> Tensor
}

extension PredictionHead {
  /// Makes all of the head's own parameters trainable.
  public func makeTrainable() {
    for entry in parameters { entry.parameter.makeTrainable() }
  }
}
