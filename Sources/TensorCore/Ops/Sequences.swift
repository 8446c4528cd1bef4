internal import CVectorKernels

extension Tape {
  /// The mean of each sequence's rows: m_b = 1/n_b Σ_{t in b} x_t; x: [T, D] → [B, D].
  ///
  /// - Parameter offsets: B + 1 row numbers, sequence b is rows offsets[b] ..< offsets[b + 1]; none is
  ///   empty.
  public func sequenceMeans(_ x: Tensor, offsets: [Int32]) -> Tensor {
    Self.check(x, offsets, "sequenceMeans")
    let width = x.columns
    let means = makeTensor(
      Shape(offsets.count - 1, width), requiresGradient: x.requiresGradient)
    means.values.update(repeating: 0)
    Self.forEachRow(offsets) { sequence, row, length in
      vk_axpy(
        1 / Float(length), x.pointer + row * width, means.pointer + sequence * width, width)
    }
    if means.requiresGradient {
      record(SequenceMeansOperation(output: means, input: x, offsets: offsets))
    }
    return means
  }

  /// Every row times the number of its sequence: y_t = f_b x_t for t in b; x: [T, D], f: B numbers.
  ///
  /// - Parameter offsets: B + 1 row numbers, sequence b is rows offsets[b] ..< offsets[b + 1].
  public func scaleSequences(_ x: Tensor, by factors: Tensor, offsets: [Int32]) -> Tensor {
    Self.check(x, offsets, "scaleSequences")
    precondition(
      factors.count == offsets.count - 1,
      "scaleSequences: factors \(factors.shape) must be one for each of the \(offsets.count - 1)"
        + " sequences")
    let y = makeTensor(x.shape, requiresGradient: x.requiresGradient || factors.requiresGradient)
    let width = x.columns
    Self.forEachRow(offsets) { sequence, row, _ in
      vk_scale(
        factors.values[sequence], x.pointer + row * width, y.pointer + row * width, width)
    }
    if y.requiresGradient {
      record(ScaleSequencesOperation(output: y, input: x, factors: factors, offsets: offsets))
    }
    return y
  }

  /// A copy of all rows for each of B sequences, every row with a factor of its own.
  ///
  /// y_{b·P + i} = f_{b,i} x_i;   x: [P, D], factors f: [B, P] → [B·P, D].
  public func scaledCopies(_ x: Tensor, by factors: Tensor) -> Tensor {
    precondition(
      factors.columns == x.rows,
      "scaledCopies: factors \(factors.shape) must have as many columns as x \(x.shape) has rows")
    let y = makeTensor(
      Shape(factors.count, x.columns),
      requiresGradient: x.requiresGradient || factors.requiresGradient)
    let width = x.columns
    for copy in 0..<factors.count {
      vk_scale(
        factors.values[copy], x.pointer + copy % x.rows * width, y.pointer + copy * width, width)
    }
    if y.requiresGradient {
      record(ScaledCopiesOperation(output: y, input: x, factors: factors))
    }
    return y
  }

  private static func check(_ x: Tensor, _ offsets: [Int32], _ operation: String) {
    precondition(
      offsets.first == 0 && offsets.last.map(Int.init) == x.rows
        && zip(offsets, offsets.dropFirst()).allSatisfy { $0 < $1 },
      "\(operation): offsets must rise from 0 to the \(x.rows) rows of x, got \(offsets)")
  }

  /// Calls the body with each row's sequence, its number and the rows of that sequence.
  fileprivate static func forEachRow(
    _ offsets: [Int32], _ body: (_ sequence: Int, _ row: Int, _ length: Int) -> Void
  ) {
    for sequence in 0..<(offsets.count - 1) {
      let range = Int(offsets[sequence])..<Int(offsets[sequence + 1])
      for row in range { body(sequence, row, range.count) }
    }
  }
}

private struct SequenceMeansOperation: Operation {
  let output: Tensor
  let input: Tensor
  let offsets: [Int32]

  /// dx_t = dm_b / n_b.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    guard let target = tape.target(for: input) else { return }
    target.clearIfNew(input.count)
    let width = input.columns
    Tape.forEachRow(offsets) { sequence, row, length in
      vk_axpy(
        1 / Float(length), gradient.pointer + sequence * width, target.pointer + row * width,
        width)
    }
  }
}

private struct ScaleSequencesOperation: Operation {
  let output: Tensor
  let input: Tensor
  let factors: Tensor
  let offsets: [Int32]

  /// df_b = Σ_{t in b} dy_t · x_t, dx_t = f_b dy_t.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    let width = input.columns
    if let target = tape.target(for: factors) {
      target.clearIfNew(factors.count)
      Tape.forEachRow(offsets) { sequence, row, _ in
        target.pointer[sequence] += vk_dot(
          gradient.pointer + row * width, input.pointer + row * width, width)
      }
    }
    if let target = tape.target(for: input) {
      target.clearIfNew(input.count)
      Tape.forEachRow(offsets) { sequence, row, _ in
        vk_axpy(
          factors.values[sequence], gradient.pointer + row * width, target.pointer + row * width,
          width)
      }
    }
  }
}

private struct ScaledCopiesOperation: Operation {
  let output: Tensor
  let input: Tensor
  let factors: Tensor

  /// df_{b,i} = dy_{b·P + i} · x_i, dx_i = Σ_b f_{b,i} dy_{b·P + i}.
  func backward(_ gradient: OutputGradient, tape: Tape) {
    let (width, rows) = (input.columns, input.rows)
    if let target = tape.target(for: factors) {
      target.clearIfNew(factors.count)
      for copy in 0..<factors.count {
        target.pointer[copy] += vk_dot(
          gradient.pointer + copy * width, input.pointer + copy % rows * width, width)
      }
    }
    if let target = tape.target(for: input) {
      target.clearIfNew(input.count)
      for copy in 0..<factors.count {
        vk_axpy(
          factors.values[copy], gradient.pointer + copy * width,
          target.pointer + copy % rows * width, width)
      }
    }
  }
}
