internal import NeuralNets
internal import TensorCore

/// A frozen linear map and the adapters on its output, applied in the order of attachment.
final class AdaptedLinear {
  let linear: Linear
  private var adapters: [any LinearAdapter] = []

  init(_ linear: Linear) {
    self.linear = linear
  }

  func attach(_ adapter: any LinearAdapter) {
    adapters.append(adapter)
  }

  func detachAll() {
    adapters.removeAll()
  }

  var worksRowByRow: Bool { adapters.allSatisfy(\.worksRowByRow) }

  var isAdapted: Bool { !adapters.isEmpty }

  /// Whether the adapted map is affine in its input.
  var isAffine: Bool { adapters.allSatisfy(\.isAffine) }

  /// The adapted output [T, out] of x [T, in].
  func callAsFunction(_ x: Tensor, tape: Tape) -> Tensor {
    var y = linear(x, tape: tape)
    for adapter in adapters { y = adapter.adapted(y, input: x, tape: tape) }
    return y
  }

  /// The adapted output for f(x), which is stored only where an adapter reads it.
  func callAsFunction(_ x: Tensor, behind activation: Activation, tape: Tape) -> Tensor {
    isAdapted
      ? self(activation(x, tape: tape), tape: tape)
      : linear(x, behind: activation, tape: tape)
  }
}

/// The end of a post-LN residual branch: LN(u + Σ deltas + x).
///
/// Every adapter reads the branch's original output u and input x, so their order does not matter.
final class ResidualEnd {
  let norm: LayerNorm
  private var adapters: [any HiddenAdapter] = []

  init(_ norm: LayerNorm) {
    self.norm = norm
  }

  func attach(_ adapter: any HiddenAdapter) {
    adapters.append(adapter)
  }

  func detachAll() {
    adapters.removeAll()
  }

  var worksRowByRow: Bool { adapters.allSatisfy(\.worksRowByRow) }

  /// Closes a branch with output u [T, D] over the residual input x [T, D].
  func callAsFunction(_ u: Tensor, residual x: Tensor, tape: Tape) -> Tensor {
    let branch = ResidualBranch(input: x, output: u, closingNorm: norm)
    var sum: Tensor?
    for adapter in adapters where adapter.isActive(tape: tape) {
      let delta = adapter.delta(branch, tape: tape)
      sum = sum.map { tape.add($0, delta) } ?? delta
    }
    return norm(sum.map { tape.add(u, $0) } ?? u, residual: x, tape: tape)
  }
}
