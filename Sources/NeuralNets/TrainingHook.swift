internal import LinearAlgebra
public import TensorCore

/// What a method does around the steps of a training, beside its forward.
///
/// A step is: forward, a second pass where a hook wants one, the hooks' penalties added to the loss,
/// backward, the optimizer's step, then `afterStep` of each hook, gradients still alive. A hook is a
/// pure function of its state, the step and the tensors, so that a training resumes with the same
/// bits.
public protocol TrainingHook: AnyObject {
  /// Whether each step runs its batch twice, so that its two answers can be drawn together. No by
  /// default.
  var wantsSecondPass: Bool { get }
  /// A scalar that is added to the loss of a step; nil adds nothing. None by default.
  func penalty(_ step: TrainingStep, tape: Tape) -> Tensor?
  /// Called after the optimizer's step, with the gradients that it used. Nothing by default.
  func afterStep(_ step: TrainingStep)
  /// Everything that the hook remembers, under names that are unique in the model, in a fixed order
  /// and of fixed counts. Nothing by default.
  var state: [(name: String, values: [Float])] { get }
  /// Goes back to saved values, in the order and with the counts of `state`.
  func restore(_ values: [[Float]])
}

extension TrainingHook {
  public var wantsSecondPass: Bool { false }
  public func penalty(_ step: TrainingStep, tape: Tape) -> Tensor? { nil }
  public func afterStep(_ step: TrainingStep) {}
  public var state: [(name: String, values: [Float])] { [] }
  public func restore(_ values: [[Float]]) {}
}

/// Where in a training a step lies.
public struct TrainingStep: Hashable, Sendable {
  /// Optimizer steps taken before this one.
  public let index: Int
  /// Steps of the whole training.
  public let total: Int
  /// The factor on the gradients that clipping asked of the optimizer; 1 for none.
  public var gradientScale: Float

  public init(index: Int, total: Int, gradientScale: Float = 1) {
    self.index = index
    self.total = total
    self.gradientScale = gradientScale
  }
}

extension Sequence<any TrainingHook> {
  /// Whether a step with some targets runs its batch twice: never for values, which have no classes
  /// to compare.
  public func runSecondPass(_ targets: Targets) -> Bool {
    guard case .classes = targets else { return false }
    return contains { $0.wantsSecondPass }
  }

  /// What a step minimises: the loss of its first pass, consistency with a second one, penalties.
  ///
  /// loss + ½ (KL(p₂ ‖ p₁) + KL(p₁ ‖ p₂)) + Σ penalties, p the classes' distributions of both passes
  /// and each left side held constant; the middle part only where a hook wants a second pass. That
  /// pass has noise of its own, derived from the step's.
  /// - Parameters:
  ///   - logits: those of the first pass [B, C].
  ///   - secondPass: runs the batch again.
  public func objective(
    _ loss: Tensor, logits: Tensor, targets: Targets, _ step: TrainingStep, tape: Tape,
    secondPass: () -> Tensor
  ) -> Tensor {
    guard runSecondPass(targets) else { return penalised(loss, step, tape: tape) }
    let noise = tape.noise
    tape.noise = noise?.derived("second-pass")
    let second = secondPass()
    tape.noise = noise
    let divergences = tape.add(
      tape.klDivergence(logits, from: second), tape.klDivergence(second, from: logits))
    return penalised(tape.add(loss, tape.scaled(divergences, by: 0.5)), step, tape: tape)
  }

  /// The loss with the penalties of all hooks.
  public func penalised(_ loss: Tensor, _ step: TrainingStep, tape: Tape) -> Tensor {
    reduce(loss) { sum, hook in
      hook.penalty(step, tape: tape).map { tape.add(sum, $0) } ?? sum
    }
  }
}
