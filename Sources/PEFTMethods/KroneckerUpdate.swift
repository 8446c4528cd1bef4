import NeuralNets
import TensorCore

/// One factor of a Kronecker product: a whole matrix, or a product of two.
enum KroneckerFactor {
  /// [rows, columns].
  case full(Parameter)
  /// B A, A: [R, columns], B: [rows, R].
  case lowRank(a: Parameter, b: Parameter)

  var parameters: [Parameter] {
    switch self {
    case .full(let matrix): [matrix]
    case .lowRank(let a, let b): [b, a]
    }
  }

  func matrix(tape: Tape) -> Tensor {
    switch self {
    case .full(let matrix): tape.parameter(matrix)
    case .lowRank(let a, let b): tape.matmul(tape.parameter(b), tape.parameter(a))
    }
  }

  var canonical: CanonicalForm.KroneckerFactor {
    switch self {
    case .full(let matrix):
      .full(matrix.array, rows: matrix.shape[0], columns: matrix.shape[1])
    case .lowRank(let a, let b):
      .lowRank(
        CanonicalForm.LowRankPair(
          a: a.array, b: b.array, rank: a.shape[0], inputWidth: a.shape[1],
          outputWidth: b.shape[0], scale: 1))
    }
  }
}

/// Δ = s · F₁ ⊗ F₂.
struct KroneckerUpdate: WeightUpdate {
  let outer: KroneckerFactor
  let inner: KroneckerFactor
  let scale: Float

  var parameters: [Parameter] { outer.parameters + inner.parameters }

  func delta(of weight: Tensor, tape: Tape) -> Tensor {
    tape.scaledUnlessOne(
      tape.kroneckerSum(outer.matrix(tape: tape), inner.matrix(tape: tape)), by: scale)
  }

  func canonicalForm(of linear: Linear) -> CanonicalForm {
    .kronecker(outer.canonical, inner.canonical, scale: scale)
  }
}
