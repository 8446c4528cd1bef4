import NeuralNets
import TensorCore

/// Learns which entries of several maps change, and cuts them to a budget on the way.
///
/// Up to the cut, λ · Σ σ(α) over all gates is added to the loss: the expected number of open gates.
/// At the cut the K entries of largest |z ⊙ z_g ⊙ w| over all maps stay, with this value as their w
/// and gates that are open for good; all others get 0 and gates that are closed for good. A closed
/// gate passes nothing on, so whatever an optimizer does to its w has no effect. What the cut decides
/// lies in the gates, which checkpoints hold anyway.
///
/// Reference: arXiv 2012.07463, section 3; dguo98/DiffPruning.
final class GatePruning: TrainingHook {
  private let maps: [Linear]
  private let path: String
  private let count: Int
  private let weight: Float
  /// The share of the training's steps before the cut.
  private let share: Double
  private var deltas: [GatedDelta] = []
  private var known: (revision: Int, kept: Kept)?

  /// α of a gate that is 1, or with its sign turned 0, whatever is drawn.
  static let settled: Float = 30

  /// What is deployed: places and values.
  struct Kept {
    let layout: SparseLayout
    let values: [Float]

    func delta(of map: Int) -> CanonicalForm.SparseDelta {
      layout.delta(of: map, values: values)
    }
  }

  /// - Parameters:
  ///   - count: K.
  ///   - weight: λ.
  ///   - path: the start of the names of the deployed tensors.
  init(_ maps: [Linear], count: Int, weight: Float, share: Double, path: String) {
    self.maps = maps
    self.count = count
    self.weight = weight
    self.share = share
    self.path = path
  }

  func add(_ delta: GatedDelta) { deltas.append(delta) }

  func penalty(_ step: TrainingStep, tape: Tape) -> Tensor? {
    guard weight > 0 else { return nil }
    let gates = deltas.flatMap { [$0.gates] + ($0.groupGates.map { [$0] } ?? []) }
    let sums = gates.map {
      tape.scaled(tape.meanAbsolute(tape.sigmoid(tape.parameter($0))), by: Float($0.count))
    }
    return tape.scaled(sums.dropFirst().reduce(sums[0]) { tape.add($0, $1) }, by: weight)
  }

  /// The steps before the cut, at least one.
  private func cut(total: Int) -> Int { max(1, Int(share * Double(total))) }

  func afterStep(_ step: TrainingStep) {
    let taken = step.index + 1
    if taken == cut(total: step.total) {
      prune()
    } else if taken > cut(total: step.total) {
      for delta in deltas { delta.gates.assign(delta.gates.array.map(Self.settled)) }
      for gates in deltas.compactMap(\.groupGates) {
        gates.assign([Float](repeating: Self.settled, count: gates.count))
      }
    }
  }

  private static func settled(_ alpha: Float) -> Float { alpha > 0 ? settled : -settled }

  private func prune() {
    let kept = kept
    for (index, delta) in deltas.enumerated() {
      var values = [Float](repeating: 0, count: delta.delta.count)
      var gates = [Float](repeating: -Self.settled, count: values.count)
      let width = maps[index].inputWidth
      let own = kept.delta(of: index)
      for (entry, value) in own.values.enumerated() {
        let place = Int(own.rows[entry]) * width + Int(own.columns[entry])
        values[place] = value
        gates[place] = Self.settled
      }
      delta.delta.assign(values)
      delta.gates.assign(gates)
      delta.groupGates?.assign(
        [Float](repeating: Self.settled, count: delta.groupGates?.count ?? 0))
    }
  }

  /// The largest entries as the tensors are now.
  var kept: Kept {
    let revision = deltas.flatMap(\.parameters).reduce(0) { $0 + $1.revision }
    if let known, known.revision == revision { return known.kept }
    let kept = Tape.evaluate { tape in
      let all = deltas.map { UnsafeBufferPointer($0.gated(tape: tape).values) }
      let places = LargestEntries.choose(count, of: all)
      return Kept(
        layout: SparseLayout(places, maps: maps),
        values: zip(all, places).flatMap { values, own in own.map { values[$0] } })
    }
    known = (revision, kept)
    return kept
  }

  func foldedTensors() -> [AdapterTensor] {
    let kept = kept
    return [
      AdapterTensor(name: "\(path).values", shape: [count], values: kept.values),
      AdapterTensor(
        name: "\(path).positions", shape: [3, count],
        values: kept.layout.numbers.map { Float($0) }, holdsPositions: true),
    ]
  }
}
