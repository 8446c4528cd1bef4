public import LinearAlgebra

/// Runs ops, remembers those that a gradient flows through, and owns the memory of their results.
///
/// One training step is: forward by ops, `backward(from:)`, optimizer, `reset()`. An op is recorded
/// only when one of its parents requires a gradient; a frozen parent gets none. So backward ends at
/// the lowest trained parameter by itself. A step no larger than an earlier one allocates no memory.
///
/// A tape is used by one thread at a time.
public final class Tape {
  /// Whether gradients can be asked for; an evaluation records and keeps nothing.
  public let isRecording: Bool
  /// The stream of this step's dropout masks; nil turns dropout off.
  public var noise: RandomKey?

  /// Told what each op was and when it ended; nil measures nothing.
  public var clock: StageClock?
  /// The rows of the packed batch that the tensors at hand have; nil where they have all of them.
  private(set) var sourceRows: [Int32]?
  /// Where the sequences of the packed batch lie whose rows the tensors at hand are: B + 1 row
  /// numbers; nil where the tensors have not all rows of a batch.
  public private(set) var sequenceOffsets: [Int32]?

  private var arena = Arena()
  private var scratch = Arena()
  private var gradients = GradientSlots()
  private var pools: [ObjectIdentifier: OperationPool] = [:]
  private var entries: ContiguousArray<Entry> = []
  private var hasRunBackward = false

  private struct Entry {
    let pool: OperationPool
    let index: Int
  }

  public init(recording: Bool) {
    isRecording = recording
  }

  /// Bytes of memory that the tape holds.
  public var reservedBytes: Int {
    (arena.reservedCount + scratch.reservedCount) * MemoryLayout<Float>.stride
  }

  /// Bytes of memory that tensors and saved values hold until `reset()`.
  public var usedBytes: Int { arena.usedCount * MemoryLayout<Float>.stride }

  /// Forgets all tensors and records; the memory is kept for the next step.
  public func reset() {
    arena.reset()
    gradients.reset()
    for pool in pools.values { pool.removeAll() }
    entries.removeAll(keepingCapacity: true)
    hasRunBackward = false
  }

  // MARK: - Leaves

  /// A parameter as a leaf; backward adds to its gradient where it has one.
  public func parameter(_ parameter: Parameter) -> Tensor {
    let isTrained = isRecording && parameter.hasGradient
    return Tensor(
      shape: parameter.shape, values: parameter.values,
      node: isTrained ? gradients.add(holding: parameter.gradient) : Tensor.noNode)
  }

  /// A tensor of given values, without a gradient.
  public func constant(_ values: [Float], shape: Shape) -> Tensor {
    values.withUnsafeBufferPointer { constant(copying: $0, shape: shape) }
  }

  /// A tensor of given values, without a gradient.
  public func constant(copying values: UnsafeBufferPointer<Float>, shape: Shape) -> Tensor {
    precondition(
      values.count == shape.count,
      "constant: shape \(shape) has \(shape.count) elements, got \(values.count) values")
    let result = makeTensor(shape)
    _ = result.values.update(fromContentsOf: values)
    return result
  }

  /// A tensor without a gradient that the caller fills.
  public func constant(
    _ shape: Shape, fill: (UnsafeMutableBufferPointer<Float>) -> Void
  ) -> Tensor {
    let result = makeTensor(shape)
    fill(result.values)
    return result
  }

  /// A tensor over memory that the caller keeps alive until `reset()`; it is never written.
  public func constant(borrowing values: UnsafeBufferPointer<Float>, shape: Shape) -> Tensor {
    precondition(
      values.count == shape.count,
      "constant: shape \(shape) has \(shape.count) elements, got \(values.count) values")
    return Tensor(shape: shape, values: UnsafeMutableBufferPointer(mutating: values))
  }

  /// A tensor of zeros, without a gradient.
  public func zeros(_ shape: Shape) -> Tensor {
    let result = makeTensor(shape)
    result.values.update(repeating: 0)
    return result
  }

  // MARK: - Memory of intermediate results

  /// Runs a part of the network and keeps of its memory only the result.
  ///
  /// Where anything in it was recorded, everything stays, for backward. So an evaluation, and the
  /// frozen layers below the lowest trained one, need memory for one layer and not for all.
  /// - Parameters:
  ///   - input: a tensor that nobody reads afterwards; its memory is taken back too where it was
  ///     the last to be handed out, as the result of the layer before is.
  ///   - body: must not let another tensor out that it made itself.
  public func withTemporaries(
    consuming input: Tensor? = nil, _ body: () throws -> Tensor
  ) rethrows -> Tensor {
    var mark = arena.mark
    let entryCount = entries.count
    let nodeCount = gradients.count
    if let input, !input.requiresGradient, let start = arena.markBefore(last: input.values) {
      mark = start
    }
    let inner = try body()
    guard entries.count == entryCount, gradients.count == nodeCount else { return inner }
    arena.rewind(to: mark)
    let kept = makeTensor(inner.shape)
    if kept.pointer != inner.pointer {
      kept.pointer.update(from: inner.pointer, count: inner.count)
    }
    return kept
  }

  /// Runs a part of the network on some rows of the packed batch.
  ///
  /// Dropout on a tensor of that many rows then draws the masks that these rows have in the whole.
  /// - Parameter rows: the row of the batch that each row of the tensors stands for.
  public func withSourceRows(_ rows: [Int32], _ body: () throws -> Tensor) rethrows -> Tensor {
    let outer = sourceRows
    sourceRows = rows
    defer { sourceRows = outer }
    return try body()
  }

  /// Runs a part of the network on all rows of a packed batch.
  ///
  /// What works on whole sequences then finds them in `sequenceOffsets`.
  /// - Parameter offsets: B + 1 row numbers, sequence b is rows offsets[b] ..< offsets[b + 1].
  public func withSequences(_ offsets: [Int32], _ body: () throws -> Tensor) rethrows -> Tensor {
    let outer = sequenceOffsets
    sequenceOffsets = offsets
    defer { sequenceOffsets = outer }
    return try body()
  }

  /// Memory for one op, taken back when the closure returns; contents are undefined.
  func withScratch<Result>(
    _ count: Int, _ body: (UnsafeMutablePointer<Float>) throws -> Result
  ) rethrows -> Result {
    let mark = scratch.mark
    let buffer = scratch.allocate(max(1, count))
    defer { scratch.rewind(to: mark) }
    guard let base = buffer.baseAddress else { preconditionFailure("scratch always has storage") }
    return try body(base)
  }

  /// Memory until `reset()` for what an op saves for its backward; contents are undefined.
  func makeSaved(_ count: Int) -> UnsafeMutablePointer<Float> {
    guard let base = arena.allocate(max(1, count)).baseAddress else {
      preconditionFailure("an arena always has storage")
    }
    return base
  }

  /// A tensor with undefined contents.
  func makeTensor(
    _ shape: Shape, requiresGradient: Bool = false, isOverwritable: Bool = false
  ) -> Tensor {
    clock?.beginOperation()
    return Tensor(
      shape: shape, values: arena.allocate(shape.count),
      node: requiresGradient ? gradients.add() : Tensor.noNode, isOverwritable: isOverwritable)
  }

  /// The same values under another node: the result of an op that wrote over its first parent.
  func makeAlias(_ tensor: Tensor, requiresGradient: Bool) -> Tensor {
    clock?.beginOperation()
    return Tensor(
      shape: tensor.shape, values: tensor.values,
      node: requiresGradient ? gradients.add() : Tensor.noNode, isOverwritable: true)
  }

  /// An op that is no elementwise work has come to its end.
  func endOperation(_ stage: WorkStage) { clock?.lap(stage) }

  // MARK: - Recording and backward

  /// Keeps an op for backward; called only when its output requires a gradient.
  func record<Op: Operation>(_ operation: Op) {
    let key = ObjectIdentifier(Op.self)
    let pool: TypedOperationPool<Op>
    if let known = pools[key] {
      pool = unsafeDowncast(known, to: TypedOperationPool<Op>.self)
    } else {
      pool = TypedOperationPool<Op>()
      pools[key] = pool
    }
    entries.append(Entry(pool: pool, index: pool.append(operation)))
  }

  /// Adds dL/dp to the gradient of every parameter with a gradient that the loss depends on.
  ///
  /// - Parameter seed: dL/dloss, such as 1 / number of accumulated batches.
  public func backward(from loss: Tensor, seed: Float = 1) {
    precondition(isRecording, "backward: this tape does not record; make it with recording: true")
    precondition(loss.count == 1, "backward: the loss must be a scalar, got shape \(loss.shape)")
    precondition(!hasRunBackward, "backward: ran once already since the last reset")
    hasRunBackward = true
    guard loss.requiresGradient else { return }
    let target = gradients.target(loss.node, count: 1, arena: &arena)
    target.pointer.pointee = seed
    for entry in entries.reversed() {
      let output = entry.pool.output(at: entry.index)
      guard let gradient = gradients.take(output.node, count: output.count) else { continue }
      clock?.lap(.bookkeeping)
      entry.pool.backward(at: entry.index, gradient, tape: self)
      clock?.lap(entry.pool.stage)
      gradients.recycle(gradient)
    }
  }

  /// Where to write the gradient of a parent; nil when it needs none.
  func target(for parent: Tensor) -> GradientTarget? {
    guard parent.requiresGradient else { return nil }
    return gradients.target(parent.node, count: parent.count, arena: &arena)
  }

  /// As `target(for:)`, but the target may be the output's gradient itself, overwritten in place.
  func target(for parent: Tensor, reusing gradient: OutputGradient) -> GradientTarget? {
    guard parent.requiresGradient else { return nil }
    return gradients.target(parent.node, count: parent.count, reusing: gradient, arena: &arena)
  }

  /// Adds the output's gradient, unchanged, to that of a parent.
  ///
  /// - Parameter isLast: whether the op is done with the gradient, so that the parent may keep it.
  func pass(_ gradient: OutputGradient, to parent: Tensor, isLast: Bool) {
    let target =
      isLast ? self.target(for: parent, reusing: gradient) : self.target(for: parent)
    guard let target, target.pointer != gradient.pointer else { return }
    if target.accumulates {
      VectorMath.add(gradient.pointer, to: target.pointer, count: gradient.count)
    } else {
      target.pointer.update(from: gradient.pointer, count: gradient.count)
    }
  }
}
