public import TensorCore

/// Turns hidden states into one row of logits (or one number) per sequence.
public protocol PredictionHead: AnyObject {
  /// C: classes, or 1 for regression.
  var outputCount: Int { get }
  /// The head's own parameters, named relative to the head, in a fixed order.
  ///
  /// A pooler of the checkpoint belongs to the backbone and is not among them.
  var parameters: [NamedParameter] { get }
  /// The rows of the last layer that the head reads; no other is computed.
  var rowsRead: TokenRows { get }
  /// states: the rows that the head reads, [B, D] for first tokens → [B, C].
  func logits(states: Tensor, batch: PackedBatch, tape: Tape) -> Tensor
}

extension PredictionHead {
  /// Logits from the states of all tokens: hidden [T, D] → [B, C].
  public func logits(hidden: Tensor, batch: PackedBatch, tape: Tape) -> Tensor {
    let states =
      switch rowsRead {
      case .all: hidden
      case .firstTokens: tape.gatherRows(hidden, rows: batch.firstTokens)
      }
    return logits(states: states, batch: batch, tape: tape)
  }

  /// Makes all of the head's own parameters trainable.
  public func makeTrainable() {
    for entry in parameters { entry.parameter.makeTrainable() }
  }
}
