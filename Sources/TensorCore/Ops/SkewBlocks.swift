extension Tape {
  /// Skew matrices from their upper triangles: Q_ij = v for i < j, Q_ji = −v, Q_ii = 0.
  ///
  /// triangles: [n, b(b−1)/2], each row-major (0,1), (0,2) … → [n·b, b], one under the other.
  public func skewBlocks(triangles: Tensor, size: Int) -> Tensor {
    precondition(
      size > 1 && triangles.columns == size * (size - 1) / 2,
      "skewBlocks: triangles \(triangles.shape) must be [n, b(b−1)/2] for b = \(size)")
    let y = makeTensor(
      Shape(triangles.rows * size, size), requiresGradient: triangles.requiresGradient)
    y.values.update(repeating: 0)
    SkewLayout(count: triangles.rows, size: size).forEach { source, upper, lower in
      y.values[upper] = triangles.values[source]
      y.values[lower] = -triangles.values[source]
    }
    if y.requiresGradient {
      record(SkewBlocksOperation(output: y, triangles: triangles, size: size))
    }
    return y
  }

  /// The skew part of each block: Q_i = (A_i − A_iᵀ) / 2; a: [n·b, b] → [n·b, b].
  public func skewParts(_ a: Tensor) -> Tensor {
    let size = a.columns
    precondition(a.rows % size == 0, "skewParts: a \(a.shape) must be [n·b, b]")
    let y = makeTensor(a.shape, requiresGradient: a.requiresGradient)
    SkewLayout(count: a.rows / size, size: size).forEachElement { own, mirrored in
      y.values[own] = (a.values[own] - a.values[mirrored]) / 2
    }
    if y.requiresGradient { record(SkewPartsOperation(output: y, input: a)) }
    return y
  }
}

/// Where the elements of skew blocks lie.
private struct SkewLayout {
  let count: Int
  let size: Int

  /// The number in a triangle and its two places in the blocks.
  func forEach(_ body: (_ source: Int, _ upper: Int, _ lower: Int) -> Void) {
    var source = 0
    for block in 0..<count {
      let base = block * size * size
      for row in 0..<size {
        for column in (row + 1)..<max(size, row + 1) {
          body(source, base + row * size + column, base + column * size + row)
          source += 1
        }
      }
    }
  }

  /// Every element of the blocks and the one mirrored at its block's diagonal.
  func forEachElement(_ body: (_ own: Int, _ mirrored: Int) -> Void) {
    for block in 0..<count {
      let base = block * size * size
      for row in 0..<size {
        for column in 0..<size {
          body(base + row * size + column, base + column * size + row)
        }
      }
    }
  }
}

private struct SkewBlocksOperation: Operation {
  let output: Tensor
  let triangles: Tensor
  let size: Int

  /// dv = dQ_ij − dQ_ji.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    guard let target = tape.target(for: triangles) else { return }
    target.clearIfNew(triangles.count)
    SkewLayout(count: triangles.rows, size: size).forEach { source, upper, lower in
      target.pointer[source] += gradient.pointer[upper] - gradient.pointer[lower]
    }
  }
}

private struct SkewPartsOperation: Operation {
  let output: Tensor
  let input: Tensor

  /// dA = (dQ − dQᵀ) / 2, block by block.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    guard let target = tape.target(for: input) else { return }
    target.clearIfNew(input.count)
    SkewLayout(count: input.rows / input.columns, size: input.columns).forEachElement {
      target.pointer[$0] += (gradient.pointer[$0] - gradient.pointer[$1]) / 2
    }
  }
}
