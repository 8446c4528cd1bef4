import LinearAlgebra
import NeuralNets
import TensorCore

/// Prunes the least important singular triplets of all maps under a falling budget.
///
/// After each optimizer step, I = |p · ∂L/∂p| of every element p of A, e and B enters two averages,
///   Ī ← β₁ Ī + (1 − β₁) I,   Ū ← β₂ Ū + (1 − β₂) |I − Ī|,
/// a triplet scores Σ over e, the mean of its row of A and the mean of its column of B of Ī · Ū, and
/// where the budget b(t) is due, the b₀ − b(t) lowest triplets of all maps get e = 0:
///   b(t) = b₀ for t ≤ t_i;  b_T + (b₀ − b_T)(1 − (t − t_i)/(T − t_f − t_i))³ until T − t_f.
/// At T − t_f the pattern of zeros is fixed, and held after each later step.
///
/// Reference: arXiv 2303.10512, equations 8 to 12; huggingface/peft
/// src/peft/tuners/adalora/{model,layer}.py (`RankAllocator`).
final class RankAllocator: TrainingHook {
  /// The budget over the steps of a training.
  struct Schedule: Hashable, Sendable {
    let initialRank: Int
    let targetRank: Int
    /// t_i as a share of all steps.
    let warmup: Double
    /// t_f as a share of all steps.
    let final: Double
    /// ΔT.
    let interval: Int

    /// The step at which the pattern is fixed.
    func lastPruning(total: Int) -> Int { total - Int(final * Double(total)) }

    /// The budget in ranks of n maps after a step before the last pruning, or at it.
    func budget(step: Int, total: Int, maps: Int) -> Int {
      let (first, last) = (Int(warmup * Double(total)), lastPruning(total: total))
      let (most, least) = (initialRank * maps, targetRank * maps)
      if step >= last { return least }
      if step <= first { return most }
      let left = 1 - Double(step - first) / Double(last - first)
      return Int(Double(most - least) * left * left * left + Double(least))
    }

    /// Whether triplets are pruned after a step.
    func prunes(step: Int, total: Int) -> Bool {
      let last = lastPruning(total: total)
      return step == last
        || (step < last && step > Int(warmup * Double(total)) && step % interval == 0)
    }
  }

  private let triplets: [SingularTriplets]
  private let schedule: Schedule
  private let orthogonality: Float
  private static let memory: Float = 0.85
  /// Ī and Ū of each parameter of `triplets`, and the fixed pattern (1 for kept), all maps behind
  /// one another.
  private var importance: [[Float]]
  private var uncertainty: [[Float]]
  private var pattern: [Float]

  init(_ triplets: [SingularTriplets], schedule: Schedule, orthogonality: Float) {
    self.triplets = triplets
    self.schedule = schedule
    self.orthogonality = orthogonality
    importance = triplets.flatMap(\.parameters).map { [Float](repeating: 0, count: $0.count) }
    uncertainty = importance
    pattern = [Float](repeating: 1, count: triplets.reduce(0) { $0 + $1.gate.count })
  }

  /// γ · mean over all A and B of ‖A Aᵀ − I‖ and ‖Bᵀ B − I‖, Frobenius norms.
  func penalty(_ step: TrainingStep, tape: Tape) -> Tensor? {
    guard orthogonality > 0 else { return nil }
    let norms = triplets.flatMap { triplet -> [Tensor] in
      let (a, b) = (tape.parameter(triplet.a), tape.parameter(triplet.b))
      return [
        distance(tape.matmul(a, a, transposeB: .transposed), tape: tape),
        distance(tape.matmul(b, b, transposeA: .transposed), tape: tape),
      ]
    }
    let sum = norms.dropFirst().reduce(norms[0]) { tape.add($0, $1) }
    return tape.scaled(
      tape.reshape(sum, Shape()), by: orthogonality / Float(norms.count))
  }

  /// ‖C − I‖ of a square matrix, as one element.
  private func distance(_ covariance: Tensor, tape: Tape) -> Tensor {
    let size = covariance.columns
    let identity = (0..<size * size).map { $0 % (size + 1) == 0 ? Float(1) : 0 }
    let difference = tape.subtract(
      covariance, tape.constant(identity, shape: Shape(size, size)))
    return tape.rowNorms(tape.reshape(difference, Shape(1, size * size)))
  }

  func afterStep(_ step: TrainingStep) {
    let last = schedule.lastPruning(total: step.total)
    guard step.index <= last else { return holdPattern() }
    if step.index < last { updateImportance(gradientScale: step.gradientScale) }
    guard schedule.prunes(step: step.index, total: step.total) else { return }
    let budget = schedule.budget(step: step.index, total: step.total, maps: triplets.count)
    prune(pattern.count - budget)
  }

  private func updateImportance(gradientScale: Float) {
    let memory = Self.memory
    for (index, parameter) in triplets.flatMap(\.parameters).enumerated() {
      withExtendedLifetime(parameter) {
        for element in 0..<parameter.count {
          let product = parameter.values[element] * parameter.gradient[element]
          let now = abs(product * gradientScale)
          let mean = memory * importance[index][element] + (1 - memory) * now
          importance[index][element] = mean
          uncertainty[index][element] =
            memory * uncertainty[index][element] + (1 - memory) * abs(now - mean)
        }
      }
    }
  }

  /// Sets the gates of the lowest triplets to zero; of equal scores at the limit all go.
  private func prune(_ count: Int) {
    let scores = triplets.indices.flatMap(scores)
    guard count > 0 else {
      pattern = scores.map { _ in 1 }
      return
    }
    let limit = scores.sorted()[count - 1]
    pattern = scores.map { $0 <= limit ? 0 : 1 }
    holdPattern()
  }

  private func holdPattern() {
    var start = 0
    for triplet in triplets {
      let gates = zip(triplet.gate.array, pattern[start...]).map { $1 == 0 ? 0 : $0 }
      triplet.gate.assign(gates)
      start += triplet.gate.count
    }
  }

  /// The scores of one map's triplets.
  private func scores(_ map: Int) -> [Float] {
    let rank = triplets[map].gate.count
    func products(_ part: Int) -> [Float] {
      zip(importance[3 * map + part], uncertainty[3 * map + part]).map { $0 * $1 }
    }
    let (a, gate, b) = (products(0), products(1), products(2))
    let (inputs, outputs) = (a.count / rank, b.count / rank)
    return (0..<rank).map { row in
      let inner = a[row * inputs..<(row + 1) * inputs].reduce(0, +) / Float(inputs)
      let outer = (0..<outputs).reduce(Float(0)) { $0 + b[$1 * rank + row] } / Float(outputs)
      return gate[row] + (inner + outer)
    }
  }

  var state: [(name: String, values: [Float])] {
    let parameters = triplets.flatMap(\.parameters)
    return zip(parameters, importance).map { ("\($0.path).importance", $1) }
      + zip(parameters, uncertainty).map { ("\($0.path).uncertainty", $1) }
      + [("\(parameters.first?.path ?? "").rank-pattern", pattern)]
  }

  func restore(_ values: [[Float]]) {
    let count = importance.count
    importance = Array(values[..<count])
    uncertainty = Array(values[count..<2 * count])
    pattern = values[2 * count]
  }
}
