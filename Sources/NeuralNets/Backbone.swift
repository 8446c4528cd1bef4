public import TensorCore

/// A pretrained encoder: tokens in, hidden states out, open to adapters at its insertion points.
///
/// The forward is offered in three steps (embeddings, one layer, all) so that the states below the
/// lowest tuned layer can be computed once and kept.
public protocol Backbone: AdapterHost {
  /// The largest number of tokens of a sequence.
  var maximumLength: Int { get }
  /// The D × D layer on the first token; nil where the checkpoint has none.
  var pooler: Linear? { get }
  /// The input of layer 0, after its norm and dropout: [T, D].
  func embedded(_ batch: PackedBatch, tape: Tape) -> Tensor
  /// The output of one layer: [T, D] → [T, D].
  func layer(_ index: Int, _ hidden: Tensor, batch: PackedBatch, tape: Tape) -> Tensor
}

extension Backbone {
  /// The output of the last layer: [T, D].
  public func hidden(_ batch: PackedBatch, tape: Tape) -> Tensor {
    let input = tape.withTemporaries { embedded(batch, tape: tape) }
    return hidden(batch, from: input, layer: 0, tape: tape)
  }

  /// The output of the last layer from the input of a given one: [T, D] → [T, D].
  public func hidden(
    _ batch: PackedBatch, from input: Tensor, layer first: Int, tape: Tape
  ) -> Tensor {
    var hidden = input
    for index in first..<layerCount {
      hidden = tape.withTemporaries(consuming: index > first ? hidden : nil) {
        layer(index, hidden, batch: batch, tape: tape)
      }
    }
    return hidden
  }

  /// All of the backbone's own parameters: those outside layers, then layer by layer.
  public var parameters: [HostParameter] {
    parameters(layer: nil) + (0..<layerCount).flatMap { parameters(layer: $0) }
  }
}
