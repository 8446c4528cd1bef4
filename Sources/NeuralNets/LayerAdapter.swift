public import TensorCore

/// Decides which rows of a layer go through its frozen blocks, and what else is added to all rows.
///
/// For layers whose norms stand before their blocks: without adapter y = x + B(x), where B(x) is all
/// that the layer's blocks add.
public protocol LayerAdapter: Adapter {
  /// The layer's output [T, D].
  func output(_ layer: LayerPass, tape: Tape) -> Tensor
}

/// What a `LayerAdapter` may read of its layer and ask it to compute.
public struct LayerPass {
  /// Which rows queries attend to.
  public enum Context: String, CaseIterable, Sendable {
    /// All rows of their sequence.
    case all
    /// The chosen rows of their sequence alone.
    case chosen
  }

  /// x, what enters the layer [T, D].
  public let input: Tensor
  /// LN(x), what the first block reads [T, D].
  public let normed: Tensor
  /// B + 1 row numbers; sequence b is rows offsets[b] ..< offsets[b + 1].
  public let offsets: [Int32]
  /// B(x) for some rows, in ascending order and at least one of every sequence: [N, D].
  public let blocks: (_ rows: [Int32], _ context: Context) -> Tensor

  public init(
    input: Tensor, normed: Tensor, offsets: [Int32],
    blocks: @escaping (_ rows: [Int32], _ context: Context) -> Tensor
  ) {
    self.input = input
    self.normed = normed
    self.offsets = offsets
    self.blocks = blocks
  }
}
