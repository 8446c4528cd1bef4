internal import CVectorKernels

extension Tape {
  /// Chosen rows in a chosen order: x: [T, D], N indices → [N, D]; a row may be taken twice.
  public func gatherRows(_ x: Tensor, rows: [Int32]) -> Tensor {
    let width = x.columns
    let y = makeTensor(Shape(rows.count, width), requiresGradient: x.requiresGradient)
    for (position, row) in rows.enumerated() {
      precondition(
        row >= 0 && row < x.rows, "gatherRows: row \(row) is outside x \(x.shape)")
      (y.pointer + position * width).update(from: x.pointer + Int(row) * width, count: width)
    }
    if y.requiresGradient { record(GatherRowsOperation(output: y, input: x, rows: rows)) }
    return y
  }

  /// Tensors stacked one under the other: [T₁, D], [T₂, D], … → [ΣT, D].
  public func concatenateRows(_ parts: [Tensor]) -> Tensor {
    let width = parts.first?.columns ?? 0
    precondition(
      parts.allSatisfy { $0.columns == width },
      "concatenateRows: parts must be equally wide, got \(parts.map(\.shape))")
    let y = makeTensor(
      Shape(parts.reduce(0) { $0 + $1.rows }, width),
      requiresGradient: parts.contains { $0.requiresGradient })
    var offset = 0
    for part in parts {
      (y.pointer + offset).update(from: part.pointer, count: part.count)
      offset += part.count
    }
    if y.requiresGradient { record(ConcatenateRowsOperation(output: y, parts: parts)) }
    return y
  }
}

private struct GatherRowsOperation: Operation {
  let output: Tensor
  let input: Tensor
  let rows: [Int32]

  func backward(_ gradient: OutputGradient, tape: Tape) {
    guard let target = tape.target(for: input) else { return }
    let width = input.columns
    target.clearIfNew(input.count)
    for (position, row) in rows.enumerated() {
      vk_axpy(1, gradient.pointer + position * width, target.pointer + Int(row) * width, width)
    }
  }
}

private struct ConcatenateRowsOperation: Operation {
  let output: Tensor
  let parts: [Tensor]

  func backward(_ gradient: OutputGradient, tape: Tape) {
    var offset = 0
    for part in parts {
      if let target = tape.target(for: part) {
        target.clearIfNew(part.count)
        vk_axpy(1, gradient.pointer + offset, target.pointer, part.count)
      }
      offset += part.count
    }
  }
}
