/// A place inside one transformer layer where a PEFT method may act.
///
/// Backbones offer these places and methods ask for them; neither side knows the other.
public enum InsertionPoint: String, Hashable, Sendable, Codable, CaseIterable {
  /// The linear maps, open to a `LinearAdapter`.
  case query
  case key
  case value
  case attentionOutput = "attention-output"
  case feedForwardIn = "feed-forward-in"
  case feedForwardOut = "feed-forward-out"
  /// The two residual branches, open to a `HiddenAdapter`.
  case attentionBlock = "attention-block"
  case feedForwardBlock = "feed-forward-block"
  /// The keys and values that queries attend to, open to an `AttentionAdapter`.
  case attention
  /// The word embeddings that enter layer 0, open to an `EmbeddingAdapter`; no other layer has it.
  case embeddings
  /// The states that enter layer 0, open to an `InputAdapter`; no other layer has it.
  case input
  /// A whole layer, open to a `LayerAdapter`; only layers whose norms stand before their blocks have
  /// it.
  case layer = "whole-layer"
}

/// One insertion point of one layer; layers count from 0 at the input.
public struct InsertionSite: Hashable, Sendable {
  public var layer: Int
  public var point: InsertionPoint

  public init(layer: Int, point: InsertionPoint) {
    self.layer = layer
    self.point = point
  }

  /// The word embeddings, which enter layer 0.
  public static let embeddings = InsertionSite(layer: 0, point: .embeddings)
  /// The states that enter layer 0.
  public static let input = InsertionSite(layer: 0, point: .input)
}
