public import TensorCore

/// What a trained adapter is, in the few forms that export formats know.
///
/// Methods lower themselves to a form and formats write forms, so that n methods and m formats cost
/// n + m files. W [out, in] is the frozen weight of the adapted map.
public enum CanonicalForm {
  /// W ← W + s · B A.
  case lowRank(LowRankPair)
  /// W ← (m / ‖V‖) ⊙ V with V = W + s · B A, ‖V‖ [out] the norms of its rows, m [out].
  case magnitude([Float], LowRankPair)
  /// W ← W + s · (B₁ A₁) ⊙ (B₂ A₂); the pairs' own scales are 1.
  case hadamard(LowRankPair, LowRankPair, scale: Float)
  /// W ← W + s · F₁ ⊗ F₂.
  case kronecker(KroneckerFactor, KroneckerFactor, scale: Float)
  /// W ← W + (λ_b ⊙ B)(λ_d ⊙ A) with a frozen basis that all maps share.
  case scaledBasis(ScaledBasis)
  /// W ← W Rᵀ, R an orthogonal matrix of diagonal blocks.
  case rotation(BlockRotation)
  /// W ← s ⊙ (W Rᵀ), R a product of permuted block rotations.
  case butterfly(ButterflyRotation)
  /// W ← l ⊙ W and b ← l ⊙ b, row by row; l: [out].
  case outputScale([Float])
  /// W ← W ⊙ l, column by column; l: [in].
  case inputScale([Float])
  /// W ← W + Δ, row-major [out, in].
  case denseDelta([Float])
  /// W ← W + Δ, Δ zero but for some entries.
  case sparse(SparseDelta)
  /// delta(z) = scale · (Up σ(Down z + c_d) + c_u).
  case bottleneck(Bottleneck)
  /// delta(z) = Up σ(Down z) with maps that are sums of Kronecker products.
  case hypercomplex(HypercomplexBottleneck)
  /// Keys and values [P, D], folded.
  case prefix(keys: [Float], values: [Float], length: Int)
  /// Word embeddings in front of every sequence, folded.
  case prompt(Prompt)
  /// Positions of the text that are moved by so many; it has no tensor.
  case positionShift(Int)
  /// Padding of every sequence to the longest of its batch; it has no tensor.
  case padding
  /// Another form whose result (a delta, or the rows of a prefix) is multiplied by a gate for each
  /// sequence, which reads what the adapter reads.
  indirect case gated(SequenceGate, CanonicalForm)
  /// Something that no format but the project's own can hold.
  case other

  /// The factors of s · B A: A [R, in], B [out, R], row-major.
  public struct LowRankPair: Equatable, Sendable {
    public var a: [Float]
    public var b: [Float]
    public var rank: Int
    public var inputWidth: Int
    public var outputWidth: Int
    public var scale: Float

    public init(
      a: [Float], b: [Float], rank: Int, inputWidth: Int, outputWidth: Int, scale: Float
    ) {
      precondition(
        a.count == rank * inputWidth && b.count == rank * outputWidth,
        "LowRankPair: \(a.count) and \(b.count) values do not fit rank \(rank) of a map"
          + " \(inputWidth) → \(outputWidth)")
      self.a = a
      self.b = b
      self.rank = rank
      self.inputWidth = inputWidth
      self.outputWidth = outputWidth
      self.scale = scale
    }
  }

  /// Entries of a matrix [out, in] with the values that are added there.
  public struct SparseDelta: Equatable, Sendable {
    public var rows: [Int32]
    public var columns: [Int32]
    public var values: [Float]

    public init(rows: [Int32], columns: [Int32], values: [Float]) {
      precondition(
        rows.count == values.count && columns.count == values.count,
        "SparseDelta: \(values.count) values at \(rows.count) rows and \(columns.count) columns")
      self.rows = rows
      self.columns = columns
      self.values = values
    }
  }

  /// The rows [P, D] of a prompt and how they were trained.
  public struct Prompt: Equatable, Sendable {
    public enum Origin: String, Sendable, Codable {
      /// The rows themselves were trained.
      case trained
      /// An encoder made them while training (P-tuning).
      case encoded
    }
    /// Row-major.
    public var rows: [Float]
    /// P.
    public var length: Int
    public var origin: Origin

    public init(rows: [Float], length: Int, origin: Origin) {
      precondition(
        length > 0 && rows.count % length == 0,
        "Prompt: \(rows.count) values are not \(length) rows")
      self.rows = rows
      self.length = length
      self.origin = origin
    }
  }

  /// One factor of a Kronecker product: a full matrix, or one of lower rank.
  public enum KroneckerFactor: Equatable, Sendable {
    case full([Float], rows: Int, columns: Int)
    /// F = B A; the pair's own scale is 1.
    case lowRank(LowRankPair)
  }

  /// Trained scales of a frozen random basis (VeRA).
  public struct ScaledBasis: Equatable, Sendable {
    /// A [R, widest in] and B [widest out, R]; a map takes A's first columns and B's first rows.
    public var a: [Float]
    public var b: [Float]
    public var rank: Int
    public var widestInput: Int
    public var widestOutput: Int
    /// λ_d [R].
    public var inner: [Float]
    /// λ_b [out].
    public var outer: [Float]

    public init(
      a: [Float], b: [Float], rank: Int, widestInput: Int, widestOutput: Int, inner: [Float],
      outer: [Float]
    ) {
      self.a = a
      self.b = b
      self.rank = rank
      self.widestInput = widestInput
      self.widestOutput = widestOutput
      self.inner = inner
      self.outer = outer
    }
  }

  /// Rotations of blocks of the input, by the skew matrices that they are made from (OFT).
  public struct BlockRotation: Equatable, Sendable {
    /// How a block R comes from a skew matrix Q.
    public enum Map: String, Sendable, Codable {
      /// I + 2Q + 2Q² + 2Q³ + Q⁴.
      case neumann
      /// (I − Q)(I + Q)⁻¹.
      case cayley
    }
    public var map: Map
    public var blockSize: Int
    /// Upper triangles by rows, [in/b, b(b−1)/2].
    public var triangles: [Float]

    public init(map: Map, blockSize: Int, triangles: [Float]) {
      self.map = map
      self.blockSize = blockSize
      self.triangles = triangles
    }
  }

  /// A product of permuted block rotations and a scale of the output (BOFT).
  public struct ButterflyRotation: Equatable, Sendable {
    /// m, how many block rotations are multiplied.
    public var factors: Int
    public var blockSize: Int
    /// [m, in/b, b, b]; the skew part (A − Aᵀ)/2 of each block counts.
    public var blocks: [Float]
    /// s [out].
    public var outputScale: [Float]

    public init(factors: Int, blockSize: Int, blocks: [Float], outputScale: [Float]) {
      self.factors = factors
      self.blockSize = blockSize
      self.blocks = blocks
      self.outputScale = outputScale
    }
  }

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
