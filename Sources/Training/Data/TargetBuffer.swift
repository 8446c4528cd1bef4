internal import NeuralNets

/// The targets of one batch after the other in the same memory.
struct TargetBuffer {
  private var classes: [Int32] = []
  private var values: [Float] = []

  /// What is right for some sequences, as the loss takes it.
  ///
  /// Memory is used again once nobody holds the targets of the batch before.
  mutating func targets(
    _ indices: some Sequence<Int>, of examples: TokenizedExamples
  ) -> Targets {
    classes.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
    for index in indices {
      switch examples.targets[index] {
      case .category(let number): classes.append(Int32(number))
      case .value(let value): values.append(value)
      }
    }
    return values.isEmpty ? .classes(classes) : .values(values)
  }
}
