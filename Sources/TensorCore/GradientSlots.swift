/// The gradients of all tensors of a step that require one, by node.
///
/// Memory of a gradient whose op has run is used again for the next of equal size, so backward
/// needs little memory and finds it in the cache.
struct GradientSlots {
  private var slots: ContiguousArray<UnsafeMutablePointer<Float>?> = []
  private var free: ContiguousArray<OutputGradient> = []
  private var isReused = false

  /// The number of nodes.
  var count: Int { slots.count }

  /// A node without a gradient so far.
  mutating func add() -> Int32 {
    slots.append(nil)
    return Int32(slots.count - 1)
  }

  /// A node whose gradient is summed in a parameter's memory.
  mutating func add(holding gradient: UnsafeMutableBufferPointer<Float>) -> Int32 {
    slots.append(gradient.baseAddress)
    return Int32(slots.count - 1)
  }

  mutating func reset() {
    slots.removeAll(keepingCapacity: true)
    free.removeAll(keepingCapacity: true)
  }

  /// The gradient that a node was given, for the backward of its op; nil if none reached it.
  mutating func take(_ node: Int32, count: Int) -> OutputGradient? {
    isReused = false
    guard let pointer = slots[Int(node)] else { return nil }
    slots[Int(node)] = nil
    return OutputGradient(pointer: pointer, count: count)
  }

  /// Takes back the memory of a gradient after its op's backward, unless a parent has it now.
  mutating func recycle(_ gradient: OutputGradient) {
    if !isReused { free.append(gradient) }
  }

  /// The memory of a node's gradient, made when it has none.
  mutating func target(_ node: Int32, count: Int, arena: inout Arena) -> GradientTarget {
    if let held = slots[Int(node)] { return GradientTarget(pointer: held, accumulates: true) }
    let pointer = reusedMemory(count) ?? newMemory(count, arena: &arena)
    slots[Int(node)] = pointer
    return GradientTarget(pointer: pointer, accumulates: false)
  }

  /// As above, but a node without a gradient is given the memory of the output's.
  mutating func target(
    _ node: Int32, count: Int, reusing gradient: OutputGradient, arena: inout Arena
  ) -> GradientTarget {
    guard slots[Int(node)] == nil, !isReused, count == gradient.count else {
      return target(node, count: count, arena: &arena)
    }
    isReused = true
    slots[Int(node)] = gradient.pointer
    return GradientTarget(pointer: gradient.pointer, accumulates: false)
  }

  private mutating func reusedMemory(_ count: Int) -> UnsafeMutablePointer<Float>? {
    guard let index = free.lastIndex(where: { $0.count == count }) else { return nil }
    return free.remove(at: index).pointer
  }

  private func newMemory(_ count: Int, arena: inout Arena) -> UnsafeMutablePointer<Float> {
    guard let base = arena.allocate(max(1, count)).baseAddress else {
      preconditionFailure("an arena always has storage")
    }
    return base
  }
}
