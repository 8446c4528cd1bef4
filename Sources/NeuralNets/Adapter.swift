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
}

/// Adds to a residual branch: attention or feed-forward.
///
/// In a post-LN layer the result is LN(u + Σ deltas + x), where every delta reads the original u
/// and x, so that several adapters on one branch do not depend on an order.
public protocol HiddenAdapter: Adapter {
  /// The delta [T, D] that the adapter adds to the branch.
  func delta(_ branch: ResidualBranch, tape: Tape) -> Tensor
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
  /// Keys and values [P, D] that every query of every sequence sees, in all heads.
  func prefix(tape: Tape) -> (keys: Tensor, values: Tensor)
}

/// What a trained adapter is, in the few forms that export formats know.
public enum CanonicalForm {
  /// W ← W + scale · B A, A: [R, in], B: [out, R].
  case lowRank(a: Parameter, b: Parameter, scale: Float)
  /// delta(z) = scale · (Up σ(Down z + c_d) + c_u).
  case bottleneck(Bottleneck)
  /// Keys and values [P, D], folded.
  case prefix(keys: [Float], values: [Float], length: Int)

  /// The tensors of a two-layer bottleneck and what it reads.
  public struct Bottleneck {
    /// Which tensor of the residual branch enters the bottleneck.
    public enum Wiring: String, Sendable, Codable {
      /// E(u): Houlsby.
      case branchOutput
      /// E(LN(u + x)): Pfeiffer.
      case closedBranch
      /// E(x): parallel.
      case branchInput
    }
    public let down: Parameter
    public let downBias: Parameter
    public let up: Parameter
    public let upBias: Parameter
    public let activation: Activation
    public let scale: Float
    public let wiring: Wiring

    public init(
      down: Parameter, downBias: Parameter, up: Parameter, upBias: Parameter,
      activation: Activation, scale: Float, wiring: Wiring
    ) {
      self.down = down
      self.downBias = downBias
      self.up = up
      self.upBias = upBias
      self.activation = activation
      self.scale = scale
      self.wiring = wiring
    }
  }
}
