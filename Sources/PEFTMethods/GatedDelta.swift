import LinearAlgebra
import NeuralNets
import TensorCore

/// The update Δ = z ⊙ z_g ⊙ w of one map with hard-concrete gates z and, where there are groups, z_g.
///
/// While training, gates are drawn anew in each step, one draw for all batches of it. An evaluation
/// computes what will be deployed: Δ cut to its largest entries, over all maps together.
final class GatedDelta: FoldableAdapter, FoldedAdapter {
  /// w [out, in].
  let delta: Parameter
  /// α [out · in]: a vector, which does not decay.
  let gates: Parameter
  /// α_g [1] of the map or [out] of its rows.
  let groupGates: Parameter?
  private let label: String
  private let pruning: GatePruning
  private let map: Int

  init(
    delta: Parameter, gates: Parameter, groupGates: Parameter?, label: String,
    pruning: GatePruning, map: Int
  ) {
    self.delta = delta
    self.gates = gates
    self.groupGates = groupGates
    self.label = label
    self.pruning = pruning
    self.map = map
  }

  var parameters: [Parameter] { [delta, gates] + (groupGates.map { [$0] } ?? []) }

  var isAffine: Bool { true }

  var canonicalForm: CanonicalForm { .sparse(pruning.kept.delta(of: map)) }

  func adapted(_ y: Tensor, input x: Tensor, tape: Tape) -> Tensor {
    guard tape.isRecording else {
      let kept = pruning.kept
      return tape.sparseUpdate(
        y, input: x, values: tape.constant(kept.values, shape: Shape(kept.values.count)),
        entries: kept.layout.entries, range: kept.layout.ranges[map])
    }
    return tape.add(y, tape.linear(x, weight: gated(tape: tape)))
  }

  /// Δ with the gates of the step, or with those that stand for all draws where there is no noise.
  func gated(tape: Tape) -> Tensor {
    let noise = tape.noise?.derived("hard-concrete")
    let z = tape.hardConcrete(tape.parameter(gates), key: noise?.derived(label))
    let own = tape.multiply(tape.parameter(delta), tape.reshape(z, delta.shape))
    guard let groupGates else { return own }
    let group = tape.hardConcrete(
      tape.parameter(groupGates), key: noise?.derived("\(label).groups"))
    let rows = Shape(group.count, delta.count / group.count)
    return tape.reshape(tape.scaleRows(tape.reshape(own, rows), by: group), delta.shape)
  }

  func fold(into map: inout FoldedMap) { map.add(pruning.kept.delta(of: self.map)) }

  /// The kept entries of all maps; the first map speaks for them.
  func foldedTensors() -> [AdapterTensor] { map == 0 ? pruning.foldedTensors() : [] }
}
