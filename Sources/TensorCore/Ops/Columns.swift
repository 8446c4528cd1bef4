internal import CVectorKernels

extension Tape {
  /// A range of columns: x: [T, D] → [T, range.count].
  public func sliceColumns(_ x: Tensor, _ range: Range<Int>) -> Tensor {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= x.columns,
      "sliceColumns: columns \(range) are outside x \(x.shape)")
    let y = makeTensor(Shape(x.rows, range.count), requiresGradient: x.requiresGradient)
    for row in 0..<x.rows {
      (y.pointer + row * range.count).update(
        from: x.pointer + row * x.columns + range.lowerBound, count: range.count)
    }
    if y.requiresGradient { record(SliceColumnsOperation(output: y, input: x, range: range)) }
    return y
  }

  /// Tensors set side by side: [T, D₁], [T, D₂], … → [T, ΣD].
  public func concatenateColumns(_ parts: [Tensor]) -> Tensor {
    let rows = parts.first?.rows ?? 0
    precondition(
      parts.allSatisfy { $0.rows == rows },
      "concatenateColumns: parts must have equally many rows, got \(parts.map(\.shape))")
    let y = makeTensor(
      Shape(rows, parts.reduce(0) { $0 + $1.columns }),
      requiresGradient: parts.contains { $0.requiresGradient })
    var start = 0
    for part in parts {
      for row in 0..<rows {
        (y.pointer + row * y.columns + start).update(
          from: part.pointer + row * part.columns, count: part.columns)
      }
      start += part.columns
    }
    if y.requiresGradient { record(ConcatenateColumnsOperation(output: y, parts: parts)) }
    return y
  }

  /// The same elements under another shape of equal count; the gradient is shared too.
  public func reshape(_ x: Tensor, _ shape: Shape) -> Tensor {
    precondition(
      shape.count == x.count,
      "reshape: \(x.shape) has \(x.count) elements and \(shape) has \(shape.count)")
    return Tensor(
      shape: shape, values: x.values, node: x.node, isOverwritable: x.isOverwritable)
  }
}

private struct SliceColumnsOperation: Operation {
  let output: Tensor
  let input: Tensor
  let range: Range<Int>

  func backward(_ gradient: OutputGradient, tape: Tape) {
    guard let target = tape.target(for: input) else { return }
    target.clearIfNew(input.count)
    for row in 0..<input.rows {
      vk_axpy(
        1, gradient.pointer + row * range.count,
        target.pointer + row * input.columns + range.lowerBound, range.count)
    }
  }
}

private struct ConcatenateColumnsOperation: Operation {
  let output: Tensor
  let parts: [Tensor]

  func backward(_ gradient: OutputGradient, tape: Tape) {
    var start = 0
    for part in parts {
      if let target = tape.target(for: part) {
        target.clearIfNew(part.count)
        for row in 0..<part.rows {
          vk_axpy(
            1, gradient.pointer + row * output.columns + start,
            target.pointer + row * part.columns, part.columns)
        }
      }
      start += part.columns
    }
  }
}
