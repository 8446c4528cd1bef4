public import TensorCore

/// A trained part attached to a frozen backbone at one insertion site.
public protocol Adapter: AnyObject {
  /// The parameters that get gradients, in a fixed order; paths are relative to the site.
  var parameters: [Parameter] { get }
  /// What the adapter amounts to after training, for merging and for export formats.
  var canonicalForm: CanonicalForm { get }
  /// Whether a row of its result depends on the same row of its inputs alone.
  ///
  /// Then the last layer may be computed for the rows that the head reads. True by default; an
  /// adapter that averages over tokens, or whose dropout falls on anything but token rows, says
  /// false, and its layer is computed whole.
  var worksRowByRow: Bool { get }
}

extension Adapter {
  public var worksRowByRow: Bool { true }
}

/// Changes the output of one frozen linear map.
public protocol LinearAdapter: Adapter {
  /// The adapted output [T, out] from the map's input x [T, in] and its frozen output y [T, out].
  func adapted(_ y: Tensor, input x: Tensor, tape: Tape) -> Tensor
  /// Whether the adapted map is affine in x in training too: f(Σ p x) = Σ p f(x) where Σ p = 1.
  ///
  /// Then the last layer may average its input before the map. False by default; a foldable adapter
  /// without dropout says true.
  var isAffine: Bool { get }
}

extension LinearAdapter {
  public var isAffine: Bool { false }
}

/// A linear adapter that is affine in the map's input, so that it can be folded into the map.
public protocol FoldableAdapter: LinearAdapter {
  /// Changes a copy of the map as the adapter changes the map's output.
  ///
  /// Adapters of one map are folded in the order in which they were attached.
  func fold(into map: inout FoldedMap)
}

/// A linear map as plain numbers, to fold adapters into: y = x Wᵀ + b.
public struct FoldedMap {
  /// W, row-major [out, in].
  public var weight: [Float]
  /// b [out]; nil for a map without one.
  public var bias: [Float]?
  public let inputWidth: Int
  public let outputWidth: Int

  /// The map as it is now.
  public init(_ linear: Linear) {
    weight = linear.weight.array
    bias = linear.bias?.array
    inputWidth = linear.inputWidth
    outputWidth = linear.outputWidth
  }

  /// W ← W + Δ, Δ: [out, in].
  public mutating func add(_ delta: [Float]) {
    precondition(
      delta.count == weight.count,
      "FoldedMap.add: the weight has \(weight.count) values, the update \(delta.count)")
    for index in weight.indices { weight[index] += delta[index] }
  }
}

/// Adds to a residual branch: attention or feed-forward.
///
/// In a post-LN layer the result is LN(u + Σ deltas + x), where every delta reads the original u
/// and x, so that several adapters on one branch do not depend on an order.
public protocol HiddenAdapter: Adapter {
  /// The delta [T, D] that the adapter adds to the branch.
  func delta(_ branch: ResidualBranch, tape: Tape) -> Tensor
  /// Whether the adapter takes part in this pass; true by default.
  ///
  /// One that is left out is not computed at all, forward or backward. It may follow the noise of the
  /// pass; without noise the answer is what is deployed.
  func isActive(tape: Tape) -> Bool
}

extension HiddenAdapter {
  public func isActive(tape: Tape) -> Bool { true }
}

/// What a `HiddenAdapter` may read of its residual branch.
public struct ResidualBranch {
  /// x, the branch's residual input [T, D].
  public let input: Tensor
  /// u, the branch's output after its dropout and before the residual sum [T, D].
  public let output: Tensor
  /// The layer norm that closes the branch, LN(u + x), with frozen or tuned parameters.
  public let closingNorm: LayerNorm

  public init(input: Tensor, output: Tensor, closingNorm: LayerNorm) {
    self.input = input
    self.output = output
    self.closingNorm = closingNorm
  }
}

/// Puts trained keys and values in front of those of the sequence.
public protocol AttentionAdapter: Adapter {
  /// Keys and values that queries see in all heads, for the attention's input x [T, D].
  func prefix(_ x: Tensor, tape: Tape) -> AttentionPrefix
}

/// Keys and values in front of those of the sequences.
public struct AttentionPrefix {
  public let keys: Tensor
  public let values: Tensor
  /// P where every sequence has P rows of its own, [B·P, D] in the order of the sequences; nil where
  /// all sequences see the same [P, D].
  public let ownLength: Int?

  public init(keys: Tensor, values: Tensor, ownLength: Int? = nil) {
    self.keys = keys
    self.values = values
    self.ownLength = ownLength
  }
}

/// Puts trained rows in front of every sequence, as if they were embeddings of words.
///
/// They get token type 0, the positions before the text's, the norm and the dropout of the
/// embeddings, and go through all layers. Heads that read the first token read the first of these
/// rows.
public protocol EmbeddingAdapter: Adapter {
  /// P, how many rows are inserted; 0 for an adapter that only moves positions.
  var rowCount: Int { get }
  /// By how much the positions of the text move, at least P; P unless the adapter says more.
  var positionShift: Int { get }
  /// Whether every sequence is padded to the longest of its batch, so that what reads whole sequences
  /// reads padding too; false unless the adapter says so.
  var padsSequences: Bool { get }
  /// The rows [P, D] that all sequences share; nil where there are none.
  func rows(tape: Tape) -> Tensor?
}

/// An embedding adapter whose rows differ from sequence to sequence; it shares none.
public protocol RoutedEmbeddingAdapter: EmbeddingAdapter {
  /// The rows of every sequence's own, [B·P, D] in the order of the sequences.
  ///
  /// - Parameter words: the means of the texts' word embeddings, [B, D].
  func ownRows(_ words: Tensor, tape: Tape) -> Tensor
}

extension RoutedEmbeddingAdapter {
  public func rows(tape: Tape) -> Tensor? { nil }
}

/// Adds to the states that enter layer 0, behind the norm of the embeddings and before their dropout.
public protocol InputAdapter: Adapter {
  /// The delta [T, D] for the states e [T, D], rows of embedding adapters among them.
  func delta(_ e: Tensor, tape: Tape) -> Tensor
}

extension EmbeddingAdapter {
  public var positionShift: Int { rowCount }
  public var padsSequences: Bool { false }
}
