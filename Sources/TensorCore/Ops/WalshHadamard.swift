extension Tape {
  /// The unnormalised Walsh-Hadamard transform of every row: y = x H, H_ij = (−1)^(bits of i & j).
  ///
  /// x: [T, 2^k] → [T, 2^k]; k · 2^k additions a row. H is symmetric, so its adjoint is itself.
  public func walshHadamard(_ x: Tensor) -> Tensor {
    precondition(
      x.columns.nonzeroBitCount == 1,
      "walshHadamard: rows must have a power of two of elements, got \(x.shape)")
    let y = makeTensor(x.shape, requiresGradient: x.requiresGradient)
    y.pointer.update(from: x.pointer, count: x.count)
    transformRows(y.pointer, rows: x.rows, width: x.columns)
    if y.requiresGradient { record(WalshHadamardOperation(output: y, input: x)) }
    return y
  }
}

/// Butterflies over pairs at distances 1, 2, 4, … of every row, in place.
private func transformRows(_ values: UnsafeMutablePointer<Float>, rows: Int, width: Int) {
  for row in 0..<rows {
    let base = values + row * width
    var distance = 1
    while distance < width {
      var start = 0
      while start < width {
        let (first, second) = (base + start, base + start + distance)
        for index in 0..<distance {
          let (a, b) = (first[index], second[index])
          first[index] = a + b
          second[index] = a - b
        }
        start += 2 * distance
      }
      distance *= 2
    }
  }
}

private struct WalshHadamardOperation: Operation {
  let output: Tensor
  let input: Tensor

  /// dx = dy H.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    guard let target = tape.target(for: input) else { return }
    transformRows(gradient.pointer, rows: input.rows, width: input.columns)
    if target.accumulates {
      VectorMath.add(gradient.pointer, to: target.pointer, count: input.count)
    } else {
      target.pointer.update(from: gradient.pointer, count: input.count)
    }
  }
}
