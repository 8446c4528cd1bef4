public import NeuralNets
import TensorCore

/// A hook with a stage before the first step, in which it sees gradients of frozen weights.
///
/// The stage runs forward and backward over the batches of the training's first steps, with the
/// noise of these steps and the penalties of all hooks. Afterwards the hook decides what its method
/// trains. A stage that is stopped on the way leaves no trace and starts again, so that a training
/// resumes with the same bits; hooks with a stage run one after the other.
public protocol PreparatoryHook: TrainingHook {
  /// Whether the stage is over, or there is none; a part of the hook's state.
  var isPrepared: Bool { get }
  /// How many batches the stage takes before a training of so many steps, at least 1.
  func batchCount(total: Int) -> Int
  /// Gives the tensors that the stage looks at a gradient.
  func beginPreparation()
  /// What the stage trains beside everything that trains anyway; asked for once it has begun. nil
  /// where it only looks at gradients and nothing takes a step.
  var primedTensors: [AttachedTensor]? { get }
  /// Called after the backward of each batch, before a step.
  func afterBackward()
  /// Decides, and gives back everything that only the stage needs.
  func endPreparation()
  /// Gives everything back and decides nothing.
  func cancelPreparation()
}
