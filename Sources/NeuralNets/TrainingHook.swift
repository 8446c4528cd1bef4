public import TensorCore

/// What a method does around the steps of a training, beside its forward.
///
/// A step is: forward, the hooks' penalties added to the loss, backward, the optimizer's step, then
/// `afterStep` of each hook, gradients still alive. A hook is a pure function of its state, the step
/// and the tensors, so that a training resumes with the same bits.
public protocol TrainingHook: AnyObject {
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
  /// The loss with the penalties of all hooks.
  public func penalised(_ loss: Tensor, _ step: TrainingStep, tape: Tape) -> Tensor {
    reduce(loss) { sum, hook in
      hook.penalty(step, tape: tape).map { tape.add(sum, $0) } ?? sum
    }
  }
}
