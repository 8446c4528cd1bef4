/// What the tape keeps of one op until backward: what its backward reads, and nothing more.
protocol Operation {
  /// The tensor that the op made; its gradient is the input of `backward`.
  var output: Tensor { get }

  /// What its time is counted as; elementwise work unless it says otherwise.
  static var stage: WorkStage { get }

  /// Adds to the gradients of the parents, given dL/doutput.
  ///
  /// An op must be done with the gradient of its output before it asks for a target that may share
  /// its storage (`Tape.target(for:reusing:)`).
  func backward(_ gradient: OutputGradient, tape: Tape)
}

extension Operation {
  static var stage: WorkStage { .elementwise }
}

/// dL/doutput, handed to the backward of the op that made the output; nobody reads it later.
struct OutputGradient {
  let pointer: UnsafeMutablePointer<Float>
  let count: Int
}

/// Where a backward writes the gradient of a parent.
struct GradientTarget {
  let pointer: UnsafeMutablePointer<Float>
  /// Whether it holds a gradient already, to be added to; otherwise its contents are undefined.
  let accumulates: Bool

  /// The β of a matrix product into it.
  var beta: Float { accumulates ? 1 : 0 }
  /// The same as an argument of a C kernel.
  var flag: Int32 { accumulates ? 1 : 0 }
}

/// All recorded ops of one type, in order; emptied at each reset without giving memory back.
class OperationPool {
  var stage: WorkStage { preconditionFailure("abstract") }
  func output(at index: Int) -> Tensor { preconditionFailure("abstract") }
  func backward(at index: Int, _ gradient: OutputGradient, tape: Tape) {
    preconditionFailure("abstract")
  }
  func removeAll() { preconditionFailure("abstract") }
}

final class TypedOperationPool<Op: Operation>: OperationPool {
  private var operations: ContiguousArray<Op> = []

  /// Keeps an op and tells its index.
  func append(_ operation: Op) -> Int {
    operations.append(operation)
    return operations.count - 1
  }

  override var stage: WorkStage { Op.stage }

  override func output(at index: Int) -> Tensor { operations[index].output }

  override func backward(at index: Int, _ gradient: OutputGradient, tape: Tape) {
    operations[index].backward(gradient, tape: tape)
  }

  override func removeAll() { operations.removeAll(keepingCapacity: true) }
}
