public import TensorCore

/// A pretrained encoder: tokens in, hidden states out, open to adapters at its insertion points.
///
/// The forward is offered in three steps (embeddings, one layer, all) so that the states below the
/// lowest tuned layer can be computed once and kept.
public protocol Backbone: AdapterHost {
  /// The D × D layer on the first token; nil where the checkpoint has none.
  var pooler: Linear? { get }
  /// The batch as embeddings and layers take it: with the rows that adapters put in front of each
  /// sequence; a batch that has them already is returned as it is.
  func expanded(_ batch: PackedBatch) -> PackedBatch
  /// The input of layer 0, after its norm and dropout, for an expanded batch: [T, D].
  func embedded(_ batch: PackedBatch, tape: Tape) -> Tensor
  /// The output of one layer for an expanded batch: [T, D] → [T, D].
  func layer(_ index: Int, _ hidden: Tensor, batch: PackedBatch, tape: Tape) -> Tensor
  /// Some rows of the output of one layer: [T, D] → [N, D].
  ///
  /// The same numbers, up to rounding, as if all rows were computed and then chosen; dropout masks
  /// are those of the chosen rows.
  func layer(
    _ index: Int, _ hidden: Tensor, rows: TokenRows, batch: PackedBatch, tape: Tape
  ) -> Tensor
  /// Whether the first tokens' rows of a layer are computed from averages of its input: the key map
  /// is then applied to their queries and the value map to H averages a sequence.
  func averagesStates(layer: Int, withNoise: Bool) -> Bool
}

extension Backbone {
  public func averagesStates(layer: Int, withNoise: Bool) -> Bool { false }

  /// What an architecture without inserted rows does.
  public func expanded(_ batch: PackedBatch) -> PackedBatch { batch }

  /// All rows first, then the choice: what an architecture without a shorter way does.
  public func layer(
    _ index: Int, _ hidden: Tensor, rows: TokenRows, batch: PackedBatch, tape: Tape
  ) -> Tensor {
    let output = layer(index, hidden, batch: batch, tape: tape)
    switch rows {
    case .all: return output
    case .firstTokens: return tape.gatherRows(output, rows: batch.firstTokens)
    }
  }

  /// The output of the last layer: [T, D], or only the rows that are asked for.
  public func hidden(_ batch: PackedBatch, rows: TokenRows = .all, tape: Tape) -> Tensor {
    let batch = expanded(batch)
    let input = tape.withTemporaries { embedded(batch, tape: tape) }
    return hidden(batch, from: input, layer: 0, rows: rows, tape: tape)
  }

  /// The output of the last layer from the input of a given one: [T, D] → [T, D] or the rows that
  /// are asked for.
  public func hidden(
    _ batch: PackedBatch, from input: Tensor, layer first: Int, rows: TokenRows = .all, tape: Tape
  ) -> Tensor {
    let batch = expanded(batch)
    precondition(
      first < layerCount, "hidden: layer \(first) is none of the \(layerCount) layers")
    let inner = hidden(batch, from: input, layers: first..<layerCount - 1, tape: tape)
    return tape.withTemporaries(consuming: first < layerCount - 1 ? inner : nil) {
      layer(layerCount - 1, inner, rows: rows, batch: batch, tape: tape)
    }
  }

  /// The output of some layers, one after the other, from the input of the first: [T, D] → [T, D].
  public func hidden(
    _ batch: PackedBatch, from input: Tensor, layers: Range<Int>, tape: Tape
  ) -> Tensor {
    let batch = expanded(batch)
    var hidden = input
    for index in layers {
      hidden = tape.withTemporaries(consuming: index > layers.lowerBound ? hidden : nil) {
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
