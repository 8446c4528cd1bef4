import NeuralNets
import TensorCore

/// A bottleneck whose output is multiplied by a gate for each sequence.
///
/// delta = g(z) · E(z), where E's up bias is multiplied too; both read the same z [T, D].
final class GatedBottleneck: HiddenAdapter {
  private let inner: BottleneckAdapter
  private let gate: SequenceGate

  init(_ inner: BottleneckAdapter, gate: SequenceGate) {
    self.inner = inner
    self.gate = gate
  }

  var parameters: [Parameter] { inner.parameters + gate.parameters }

  /// The gate reads whole sequences.
  var worksRowByRow: Bool { false }

  var canonicalForm: CanonicalForm { .gated(gate, inner.canonicalForm) }

  func delta(_ branch: ResidualBranch, tape: Tape) -> Tensor {
    let z = branch.read(inner.form.wiring, tape: tape)
    return gate.scale(inner.delta(of: z, tape: tape), reading: z, tape: tape)
  }
}

/// A low-rank update that is multiplied by a gate for each sequence: y + g(x) · (x Aᵀ) Bᵀ.
///
/// The gate stands in the place of α/R.
final class GatedLowRank: LinearAdapter {
  private let a: Parameter
  private let b: Parameter
  private let gate: SequenceGate

  init(a: Parameter, b: Parameter, gate: SequenceGate) {
    self.a = a
    self.b = b
    self.gate = gate
  }

  var parameters: [Parameter] { [a, b] + gate.parameters }

  /// The gate reads whole sequences.
  var worksRowByRow: Bool { false }

  var canonicalForm: CanonicalForm {
    .gated(
      gate,
      .lowRank(
        CanonicalForm.LowRankPair(
          a: a.array, b: b.array, rank: a.shape[0], inputWidth: a.shape[1],
          outputWidth: b.shape[0], scale: 1)))
  }

  func adapted(_ y: Tensor, input x: Tensor, tape: Tape) -> Tensor {
    let update = tape.linear(
      tape.linear(x, weight: tape.parameter(a)), weight: tape.parameter(b))
    return tape.add(y, gate.scale(update, reading: x, tape: tape))
  }
}

/// A prefix whose keys and values are multiplied by one gate for each sequence.
///
/// K' = [g(x) · P_K; K], V' = [g(x) · P_V; V]; the gate reads the attention's input x [T, D].
final class GatedPrefix: AttentionAdapter, FoldedAdapter {
  private let inner: PrefixAdapter
  private let gate: SequenceGate

  init(_ inner: PrefixAdapter, gate: SequenceGate) {
    self.inner = inner
    self.gate = gate
  }

  var parameters: [Parameter] { inner.parameters + gate.parameters }

  /// The gate reads whole sequences.
  var worksRowByRow: Bool { false }

  var canonicalForm: CanonicalForm { .gated(gate, inner.canonicalForm) }

  func prefix(_ x: Tensor, tape: Tape) -> AttentionPrefix {
    let (keys, values) = inner.folded(tape: tape)
    return gate.scale(keys: keys, values: values, reading: x, tape: tape)
  }

  func foldedTensors() -> [AdapterTensor] { inner.foldedTensors() }
}
